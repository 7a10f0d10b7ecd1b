/**
 * The module of searches by Hamming distance. src/engine/hamming/portable.ts finds the same rows.
 */

/** The bits in which two vectors differ, for each byte. */
// @ts-ignore: decorator
@inline
function differing(a: v128, b: v128): v128 {
  return i8x16.popcnt(v128.xor(a, b));
}

/** Sums of the bytes, four to each lane. */
// @ts-ignore: decorator
@inline
function widened(counts: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts));
}

// @ts-ignore: decorator
@inline
function sumOf(lanes: v128): i32 {
  const pairs = i32x4.add(lanes, v128.shuffle<i64>(lanes, lanes, 1, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/** Of two codes of `bytes`, a multiple of 8. */
// @ts-ignore: decorator
@inline
function distanceOf(a: usize, b: usize, bytes: usize): i32 {
  const end = a + bytes;
  let sums = i32x4.splat(0);
  for (; a + 64 <= end; a += 64, b += 64) {
    const first = differing(v128.load(a), v128.load(b));
    const second = differing(v128.load(a, 16), v128.load(b, 16));
    const third = differing(v128.load(a, 32), v128.load(b, 32));
    const fourth = differing(v128.load(a, 48), v128.load(b, 48));
    sums = i32x4.add(sums, widened(i8x16.add(i8x16.add(first, second), i8x16.add(third, fourth))));
  }
  for (; a + 16 <= end; a += 16, b += 16) sums = i32x4.add(sums, widened(differing(v128.load(a), v128.load(b))));
  const distance = sumOf(sums);
  return a < end ? distance + <i32>popcnt<i64>(load<i64>(a) ^ load<i64>(b)) : distance;
}

/**
 * Writes the rows that are nearer to the query than `limit`, in their order, to `found`: the number of the row, counted from
 * `first`, and the distance, both int32. There must be room for all rows.
 *
 * @param codes [rows, bytes], where bytes is a multiple of 8.
 * @returns how many rows were found.
 */
export function nearer(
  codes: usize, rows: i32, bytes: usize, query: usize, limit: i32, first: i32, found: usize,
): i32 {
  let at = found;
  for (const end = first + rows; first < end; first++, codes += bytes) {
    const distance = distanceOf(codes, query, bytes);
    if (distance >= limit) continue;
    store<i32>(at, first);
    store<i32>(at, distance, 4);
    at += 8;
  }
  return <i32>((at - found) >> 3);
}
