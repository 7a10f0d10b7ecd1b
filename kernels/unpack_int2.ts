/**
 * Unpacks outputs of layout int2 into panels, for several rows of x to share. A panel interleaves its outputs by vectors of 16
 * bytes, so that a tile reads one stream. `stride` is the bytes from one vector of an output to its next.
 */
import { runTime } from './run_time';

/** One output as bytes {0, 1, 2}: 16 inputs a vector. */
export function unpackBytes(w: usize, panel: usize, stride: usize, blocks: i32): void {
  const mask = i8x16.splat(<i8>runTime(3, blocks));
  const end = w + (<usize>blocks << 4);
  for (; w < end; w += 16) {
    const v = v128.load(w);
    v128.store(panel, v128.and(v, mask));
    panel += stride;
    v128.store(panel, v128.and(i16x8.shr_u(v, 2), mask));
    panel += stride;
    v128.store(panel, v128.and(i16x8.shr_u(v, 4), mask));
    panel += stride;
    v128.store(panel, v128.and(i16x8.shr_u(v, 6), mask));
    panel += stride;
  }
}

/** Two outputs' codes, at bits 0 and 6 of bytes, to 16-bit lanes t0 + 2^14 * t1; `ones` takes the 1 off each code. */
// @ts-ignore: decorator
@inline
function storePairs(codes0: v128, codes1: v128, ones: v128, panel: usize, stride: usize): void {
  const low = i8x16.shuffle(codes0, codes1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const high = i8x16.shuffle(codes0, codes1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(panel, i16x8.sub(low, ones));
  v128.store(panel + stride, i16x8.sub(high, ones));
}

/** Two outputs as 16-bit lanes t0 + 2^14 * t1: 8 inputs a vector. */
export function unpackPair(w0: usize, w1: usize, panel: usize, stride: usize, blocks: i32): void {
  const low = i8x16.splat(<i8>runTime(0x03, blocks));
  const top = i8x16.splat(<i8>runTime(0xc0, blocks));
  const ones = i16x8.splat(<i16>runTime(0x4001, blocks));
  const end = w0 + (<usize>blocks << 4);
  for (; w0 < end; w0 += 16, w1 += 16) {
    let v0 = v128.load(w0), v1 = v128.load(w1);
    for (let half = 0; half < 2; half++, panel += 4 * stride) {
      storePairs(v128.and(v0, low), v128.and(i16x8.shl(v1, 6), top), ones, panel, stride);
      storePairs(v128.and(i16x8.shr_u(v0, 2), low), v128.and(i16x8.shl(v1, 4), top), ones, panel + 2 * stride, stride);
      v0 = i16x8.shr_u(v0, 4), v1 = i16x8.shr_u(v1, 4);
    }
  }
}
