/** A number in [0, 1) that follows from whole numbers. It is asked for each pixel: an array of numbers is slower. */
export function hash(a: number, b = 0, c = 0, d = 0): number {
  const state = scramble(scramble(scramble(scramble(0x811c9dc5 ^ a) ^ b) ^ c) ^ d);
  return (state >>> 0) / 2 ** 32;
}

/** Numbers in [0, 1), one with each call. */
export type Random = () => number;

/** The numbers follow from up to four whole numbers. */
export function randomFrom(a: number, b = 0, c = 0, d = 0): Random {
  let state = Math.floor(hash(a, b, c, d) * 2 ** 32);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return (scramble(state) >>> 0) / 2 ** 32;
  };
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** MurmurHash3's last step: each bit of the result depends on each bit of `value`. */
function scramble(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
