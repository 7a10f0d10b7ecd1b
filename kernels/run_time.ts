/**
 * A constant that compilers must take for a variable: `positive` is any number above zero, whose sign bits add nothing.
 * Vectors splatted from constants are made anew at every use: by V8 of Node 24 even inside a loop, which halves the speed of a
 * loop, and by asc in 18 bytes of code each. Splatted from a variable they are made once and stay in a register.
 */
// @ts-ignore: decorator
@inline
export function runTime(constant: i32, positive: i32): i32 {
  return constant ^ (positive >> 31);
}
