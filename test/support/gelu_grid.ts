/** Inputs of GELU: dense around zero, then sparse up to the largest float32, and the special numbers. */
export const GELU_GRID = Float32Array.from([
  ...Array.from({ length: 4001 }, (_, i) => (i - 2000) / 125),
  ...Array.from({ length: 300 }, (_, i) => [1.8 ** (i - 150), -(1.8 ** (i - 150))]).flat(),
  ...[0, -0, Infinity, -Infinity, NaN],
]);

/** Gradients of its outputs. */
export const GELU_GRID_DY = GELU_GRID.map((_, i) => (i % 9) - 4);
