/** Channels of one pixel after another. src/engine/normalization/channels.ts computes the same floats and explains the formula. */

// @ts-ignore: decorator
@inline
function four(x: usize, mean: usize, factor: usize, beta: usize): v128 {
  const scaled = f32x4.mul(f32x4.sub(v128.load(x), v128.load(mean)), v128.load(factor));
  return f32x4.add(scaled, v128.load(beta));
}

/** All of `mean`, `factor` and `beta` are float32 [channels]; x and y are [rows, channels]. */
export function normalizeChannels(
  x: usize, mean: usize, factor: usize, beta: usize, y: usize, rows: i32, channels: i32,
): void {
  const rowBytes = <usize>channels << 2, whole = rowBytes & ~15;
  for (let row = 0; row < rows; row++, x += rowBytes, y += rowBytes) {
    for (let at: usize = 0; at < whole; at += 16) {
      v128.store(y + at, four(x + at, mean + at, factor + at, beta + at));
    }
    for (let at = whole; at < rowBytes; at += 4) {
      const scaled = (load<f32>(x + at) - load<f32>(mean + at)) * load<f32>(factor + at);
      store<f32>(y + at, scaled + load<f32>(beta + at));
    }
  }
}
