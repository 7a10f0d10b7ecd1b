/** The functions of kernels/gelu.ts on one memory; all arrays are given by their addresses. */
export interface GeluMicrokernels {
  /** `tanh` is 0 for the form with erf. */
  gelu(x: number, y: number, count: number, tanh: number): void;
  geluGradient(x: number, dy: number, dx: number, count: number, tanh: number): void;
}
