/**
 * Input quantization: float32 rows to int8, half to even, with one scale a row.
 *
 *   M = max(max|x|, eps)    q = nearest(x * (127 / M))    rowScale = M / 127    rowSum = sum of q
 *
 * |q| <= 127 without a clip: let u = 2^-24. |x| <= M and inverse <= (127 / M)(1 + u), so the product rounds to at most
 * 127 (1 + u)^2 < 127.0001, which is nearer to 127 than to 128. Needs 127 / M to be a normal number, which eps >= 2^-119 grants.
 */
import { runTime } from './run_time';

/** Bytes of one row's parameters: rowScale (float32), rowSum (int32), floor and ceiling of its outputs (float32). */
export const ROW_PARAMS: usize = 16;

// @ts-ignore: decorator
@inline
export function storeParams(params: usize, rowScale: f32, rowSum: i32): void {
  store<f32>(params, rowScale);
  store<i32>(params, rowSum, 4);
}

// @ts-ignore: decorator
@inline
export function storeBounds(params: usize, floor: f32, ceiling: f32): void {
  store<f32>(params, floor, 8);
  store<f32>(params, ceiling, 12);
}

// @ts-ignore: decorator
@inline
export function rowSumOf(params: usize): i32 {
  return load<i32>(params, 4);
}

/** Bytes of the zero-padded copy of a row's last k % 16 floats. */
export const TAIL_BYTES: usize = 64;

/** Bits of infinity: as integers, |x| of a finite float is below it, of infinity and NaN it is not. */
const INFINITY_BITS = 0x7f800000;
const MAGNITUDE_BITS = 0x7fffffff;

/** 1.5 * 2^23: floats of [2^23, 2^24) are the integers, so adding it rounds |v| < 2^22 to an integer, half to even. */
const ROUNDER_BITS = 0x4b400000;

/** Copies the k % 16 floats that follow the row's whole chunks of 16, padded with zeros. */
function copyTail(from: usize, rest: i32, tail: usize): void {
  for (let i = 0; i < 16; i++, from += 4, tail += 4) store<f32>(tail, i < rest ? load<f32>(from) : <f32>0);
}

/** Lanewise maximum of `bits` and of the bits of |x| of chunks of 16; bits of non-negative floats order like the floats. */
function absMaxBits(bits: v128, x: usize, end: usize, magnitude: v128): v128 {
  for (; x < end; x += 64) {
    const a = i32x4.max_s(v128.and(v128.load(x), magnitude), v128.and(v128.load(x, 16), magnitude));
    const b = i32x4.max_s(v128.and(v128.load(x, 32), magnitude), v128.and(v128.load(x, 48), magnitude));
    bits = i32x4.max_s(bits, i32x4.max_s(a, b));
  }
  return bits;
}

/** Four floats to four integers, nearest(x * inverse): what is left of the rounded sum's bits are the integer's. */
// @ts-ignore: decorator
@inline
function quantize4(x: v128, inverse: v128, rounder: v128): v128 {
  return i32x4.sub(f32x4.add(f32x4.mul(x, inverse), rounder), rounder);
}

/** Quantizes chunks of 16 and returns `sum` with theirs added; the narrowings never saturate for a finite row. */
function quantizeChunks(x: usize, end: usize, inverse: v128, rounder: v128, q: usize, stride: usize, sum: v128): v128 {
  for (; x < end; x += 64, q += stride) {
    const a = quantize4(v128.load(x), inverse, rounder), b = quantize4(v128.load(x, 16), inverse, rounder);
    const c = quantize4(v128.load(x, 32), inverse, rounder), d = quantize4(v128.load(x, 48), inverse, rounder);
    const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
    v128.store(q, bytes);
    sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(bytes)));
  }
  return sum;
}

/** Swaps the halves of a vector. */
// @ts-ignore: decorator
@inline
function swapHalves(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}

/** The bits of the largest |x| of k floats, whose last k % 16 are copied to `tail`. */
// @ts-ignore: decorator
@inline
function maxBitsOf(x: usize, k: i32, tail: usize, zero: v128): i32 {
  const whole = x + ((<usize>k & ~15) << 2);
  copyTail(whole, k & 15, tail);
  const magnitude = i32x4.splat(runTime(MAGNITUDE_BITS, k));
  let bits = absMaxBits(zero, x, whole, magnitude);
  bits = absMaxBits(bits, tail, tail + TAIL_BYTES, magnitude);
  bits = i32x4.max_s(bits, swapHalves(bits));
  return max<i32>(i32x4.extract_lane(bits, 0), i32x4.extract_lane(bits, 1));
}

/**
 * Quantizes one row of k floats into vectors of 16 int8, `stride` bytes from one vector to the next, zero-padded to `blocks`
 * blocks of 64, and writes its scale and sum. A row that holds NaN or infinity gets the scale NaN, which makes every output NaN
 * whatever integers stand in q.
 */
export function quantizeRow(
  x: usize, k: i32, eps: f32, q: usize, stride: usize, blocks: i32, params: usize, tail: usize,
): void {
  const whole = x + ((<usize>k & ~15) << 2);
  const tailEnd = tail + TAIL_BYTES;
  const zero = i32x4.splat(runTime(0, k));
  const maxBits = maxBitsOf(x, k, tail, zero);
  const absMax = reinterpret<f32>(maxBits);
  const limit = absMax > eps ? absMax : eps;

  const inverse = f32x4.splat(<f32>127 / limit);
  const rounder = i32x4.splat(runTime(ROUNDER_BITS, k));
  let sum = quantizeChunks(x, whole, inverse, rounder, q, stride, zero);
  q += <usize>(k >> 4) * stride;
  const end = q + <usize>((blocks << 2) - (k >> 4)) * stride;
  if (q < end) {
    sum = quantizeChunks(tail, tailEnd, inverse, rounder, q, stride, sum);
    for (q += stride; q < end; q += stride) v128.store(q, zero);
  }
  sum = i32x4.add(sum, swapHalves(sum));

  const rowScale = maxBits < INFINITY_BITS ? limit / <f32>127 : <f32>NaN;
  storeParams(params, rowScale, i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1));
}

/**
 * Quantizes an image of lines of k floats, one behind another, with one scale, which it writes. A quantized line begins
 * `lineBytes` behind the one before; behind its end, up to 15 bytes become zero.
 */
export function quantizeLines(
  x: usize, lines: i32, k: i32, eps: f32, q: usize, lineBytes: usize, scale: usize, tail: usize,
): void {
  const zero = i32x4.splat(runTime(0, k));
  const maxBits = maxBitsOf(x, lines * k, tail, zero);
  const absMax = reinterpret<f32>(maxBits);
  const limit = absMax > eps ? absMax : eps;
  store<f32>(scale, maxBits < INFINITY_BITS ? limit / <f32>127 : <f32>NaN);

  const inverse = f32x4.splat(<f32>127 / limit);
  const rounder = i32x4.splat(runTime(ROUNDER_BITS, k));
  for (; lines > 0; lines--, x += <usize>k << 2, q += lineBytes) {
    const whole = x + ((<usize>k & ~15) << 2);
    quantizeChunks(x, whole, inverse, rounder, q, 16, zero);
    if (k & 15) {
      copyTail(whole, k & 15, tail);
      quantizeChunks(tail, tail + TAIL_BYTES, inverse, rounder, q + <usize>(k & ~15), 16, zero);
    }
  }
}
