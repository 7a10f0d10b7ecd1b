/**
 * From integer sums to float32 outputs, in the one order of operations that every engine keeps, each step rounded:
 *
 *   y = min(max(((float(acc) * rowScale) * scale) + bias, floor), ceiling)
 *
 * floor is 0 for ReLU and ReLU6, and otherwise -infinity; ceiling is 6 for ReLU6, and otherwise infinity. max(a, b) is b where
 * a < b and otherwise a, and so is min, so that NaN stays the NaN it is; the others of WebAssembly may return it with another sign. float(acc) is exact: |acc| <= 127 * k < 2^24 for k <= 132104.
 */

/** The four vectors' lane sums, as one vector. */
export function sumLanes4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(
    i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23),
    i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31),
  );
  const cd = i32x4.add(
    i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23),
    i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31),
  );
  return i32x4.add(
    i8x16.shuffle(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
    i8x16.shuffle(ab, cd, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31),
  );
}

/** Sums of q * t from sums of q * code, code = t + 1. */
// @ts-ignore: decorator
@inline
export function subtractRowSum(sums: v128, params: usize): v128 {
  return i32x4.sub(sums, v128.load32_splat(params, 4));
}

// @ts-ignore: decorator
@inline
function bounded(v: v128, floor: v128, ceiling: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, floor), ceiling);
}

/**
 * Writes min(count, 4) neighbouring outputs of one row; scale and bias point at the first output's entry. The scale of an
 * output lies `scaleStride` bytes behind that of the output before: 4, or 0 where one scale serves all.
 */
export function writeOutputs(
  acc: v128, params: usize, scale: usize, scaleStride: usize, bias: usize, y: usize, count: i32,
): void {
  let v = f32x4.mul(f32x4.convert_i32x4_s(acc), v128.load32_splat(params));
  if (count >= 4) {
    v = f32x4.mul(v, scaleStride ? v128.load(scale) : v128.load32_splat(scale));
    if (bias) v = f32x4.add(v, v128.load(bias));
    v128.store(y, bounded(v, v128.load32_splat(params, 8), v128.load32_splat(params, 12)));
    return;
  }
  for (; count > 0; count--) {
    let one = f32x4.extract_lane(v, 0) * load<f32>(scale);
    if (bias) {
      one += load<f32>(bias);
      bias += 4;
    }
    const floor = load<f32>(params, 8), ceiling = load<f32>(params, 12);
    store<f32>(y, one < floor ? floor : one > ceiling ? ceiling : one);
    scale += scaleStride;
    y += 4;
    v = i8x16.shuffle(v, v, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
  }
}

/** Writes min(count, 24) neighbouring outputs of one row from their sums in memory. */
export function writeOutputs24(
  sums: usize, params: usize, scale: usize, scaleStride: usize, bias: usize, y: usize, count: i32,
): void {
  if (count >= 24) return writeAll24(sums, params, scale, scaleStride, bias, y);
  for (; count > 0; count -= 4, sums += 16, y += 16) {
    writeOutputs(v128.load(sums), params, scale, scaleStride, bias, y, count);
    scale += 4 * scaleStride;
    if (bias) bias += 16;
  }
}

/** The same numbers without the questions that have one answer for all vectors. */
function writeAll24(sums: usize, params: usize, scale: usize, scaleStride: usize, bias: usize, y: usize): void {
  const rowScale = v128.load32_splat(params);
  const floor = v128.load32_splat(params, 8), ceiling = v128.load32_splat(params, 12);
  const one = v128.load32_splat(scale);
  for (let at: usize = 0; at < 96; at += 16) {
    let v = f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums + at)), rowScale);
    v = f32x4.mul(v, scaleStride ? v128.load(scale + at) : one);
    if (bias) v = f32x4.add(v, v128.load(bias + at));
    v128.store(y + at, bounded(v, floor, ceiling));
  }
}
