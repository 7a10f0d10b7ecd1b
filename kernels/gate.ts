/**
 * The module of the sparsity gate. src/engine/gate/portable.ts gives the same numbers and explains the rule.
 *
 * Magnitudes are ranked by their bits, which are in their order. The upper 15 of them decide first, eight magnitudes at a
 * time; the lower 16 decide among those that are equal so far, which are few in most rows. Both are ranked as int16.
 *
 *   scratch: sums of blocks, float32 | upper bits | lower bits, both padded with the lowest int16
 */

const LOWEST: i32 = -32768, INFINITE: i32 = 0x7f80, NONE: i32 = 0x7fffffff, SIZE: i32 = 0x7fffffff;
/** Bytes of int16 that are counted at a time, and those before a lane of the counts could overflow. */
const STEP: usize = 32, PART: usize = 1 << 19;
/** The bits of the first threshold that is tried, 1, and how near the next one is to it, in upper bits. */
const FIRST: i32 = 0x3f800000, NEAR: i32 = 4;

// @ts-ignore: decorator
@inline
function padded(count: i32): usize {
  return (<usize>count * 2 + STEP - 1) & ~(STEP - 1);
}

function pad(from: usize, end: usize): void {
  for (; from < end; from += 2) store<i16>(from, <i16>LOWEST);
}

/** How many of the int16 in [at, end) are at least `bound`, which is above the lowest. */
function countFrom(at: usize, end: usize, bound: i32): i32 {
  const below = i16x8.splat(<i16>(bound - 1));
  let total = i32x4.splat(0);
  while (at < end) {
    const part = min(end, at + PART);
    let a = i16x8.splat(0), b = i16x8.splat(0);
    for (; at < part; at += STEP) {
      a = i16x8.add(a, i16x8.gt_s(v128.load(at), below));
      b = i16x8.add(b, i16x8.gt_s(v128.load(at, 16), below));
    }
    total = i32x4.add(total, i32x4.extadd_pairwise_i16x8_s(a));
    total = i32x4.add(total, i32x4.extadd_pairwise_i16x8_s(b));
  }
  return -(
    i32x4.extract_lane(total, 0) + i32x4.extract_lane(total, 1) +
    i32x4.extract_lane(total, 2) + i32x4.extract_lane(total, 3)
  );
}

/**
 * A bound from `low` on and below `high` that at least `keep` int16 reach: the highest, or one that `keep` reach. It is searched
 * from `guess`, which is between them, in steps that double until it is passed, and then halve.
 */
function boundOf(at: usize, end: usize, keep: i32, low: i32, high: i32, guess: i32, step: i32): i32 {
  for (; high - low > 1; step <<= 1) {
    const count = countFrom(at, end, guess);
    if (count == keep) return guess;
    if (count > keep) low = guess;
    else high = guess;
    const middle = (low + high) >> 1;
    guess = count > keep ? min(middle, low + step) : max(middle, high - step);
  }
  return low;
}

function writeUpper(values: usize, count: i32, to: usize): void {
  const end = values + (<usize>count << 2), eights = values + (<usize>(count & ~7) << 2), size = i16x8.splat(0x7fff);
  const padding = to + padded(count);
  for (; values < eights; values += 32, to += 16) {
    const upper = v128.shuffle<i16>(v128.load(values), v128.load(values, 16), 1, 3, 5, 7, 9, 11, 13, 15);
    v128.store(to, v128.and(upper, size));
  }
  for (; values < end; values += 4, to += 2) store<i16>(to, load<u16>(values, 2) & 0x7fff);
  pad(to, padding);
}

/** The lower bits of the values whose upper ones are `bits`, as int16 in their order. Returns where they end, unpadded. */
function writeLower(values: usize, upper: usize, upperEnd: usize, bits: i32, to: usize): usize {
  const wanted = i16x8.splat(<i16>bits);
  for (; upper < upperEnd; upper += 16, values += 32) {
    let found = i16x8.bitmask(i16x8.eq(v128.load(upper), wanted));
    for (; found; found &= found - 1, to += 2) {
      store<u16>(to, load<u16>(values + (<usize>ctz(found) << 2)) ^ 0x8000);
    }
  }
  return to;
}

/** The bits of the magnitude from which on values are kept, and above them how many of those equal to it are too many. */
// @ts-ignore: decorator
@inline
function threshold(bits: i32, surplus: i32): u64 {
  return (<u64>surplus << 32) | <u64>bits;
}

/**
 * The threshold at which `keep` of the float32 `values` are kept. All are if one is not finite, or the smallest kept is 0.
 * @param before the bits of another row's threshold: those of neighboring rows are near to each other.
 */
function thresholdOf(values: usize, count: i32, keep: i32, scratch: usize, before: i32): u64 {
  const end = scratch + padded(count);
  writeUpper(values, count, scratch);
  if (countFrom(scratch, end, INFINITE) > 0) return threshold(0, 0);
  if (keep == 0) return threshold(NONE, 0);
  const upper = boundOf(scratch, end, keep, 0, INFINITE, max(1, before >> 16), NEAR);
  const kept = upper == 0 ? count : countFrom(scratch, end, upper);
  if (kept == keep) return threshold(upper << 16, 0);
  const wanted = keep - countFrom(scratch, end, upper + 1);
  const lowerEnd = writeLower(values, scratch, end, upper, end);
  const found = <i32>((lowerEnd - end) >> 1), paddedEnd = end + padded(found);
  pad(lowerEnd, paddedEnd);
  const lower = boundOf(end, paddedEnd, wanted, LOWEST, -LOWEST, 0, -LOWEST);
  const reached = lower == LOWEST ? found : countFrom(end, paddedEnd, lower), bits = (upper << 16) | (lower - LOWEST);
  return threshold(bits, bits == 0 ? 0 : reached - wanted);
}

/** The last of the float32 before `end` whose magnitude has these bits; there is one. */
function lastBefore(end: usize, bits: i32): usize {
  do end -= 4;
  while ((load<i32>(end) & SIZE) != bits);
  return end;
}

function writeEntries(x: usize, y: usize, end: usize, bits: i32): void {
  const fours = x + ((end - x) & ~15), size = i32x4.splat(SIZE), bound = i32x4.splat(bits);
  for (; x < fours; x += 16, y += 16) {
    const value = v128.load(x);
    v128.store(y, v128.and(value, i32x4.ge_s(v128.and(value, size), bound)));
  }
  for (; x < end; x += 4, y += 4) {
    const value = load<i32>(x);
    store<i32>(y, (value & SIZE) >= bits ? value : 0);
  }
}

/** Keeps `keep` entries of each row. */
export function keepEntries(x: usize, y: usize, rows: i32, width: i32, keep: i32, scratch: usize): void {
  const rowBytes = <usize>width << 2;
  for (let bits = FIRST; rows > 0; rows--, x += rowBytes, y += rowBytes) {
    const found = thresholdOf(x, width, keep, scratch, bits);
    bits = <i32>found;
    writeEntries(x, y, x + rowBytes, bits);
    let surplus = <i32>(found >> 32), last = x + rowBytes;
    for (; surplus > 0; surplus--) {
      last = lastBefore(last, bits);
      store<i32>(y + (last - x), 0);
    }
  }
}

/** |a| + |b| of neighbors, of eight numbers. */
// @ts-ignore: decorator
@inline
function pairSums(at: usize): v128 {
  const low = f32x4.abs(v128.load(at)), high = f32x4.abs(v128.load(at, 16));
  return neighborSums(low, high);
}

// @ts-ignore: decorator
@inline
function neighborSums(low: v128, high: v128): v128 {
  return f32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), v128.shuffle<i32>(low, high, 1, 3, 5, 7));
}

/** The entry of a block at `at`, 0 behind the row. */
// @ts-ignore: decorator
@inline
function sizeAt(at: usize, end: usize): f32 {
  return at < end ? abs(load<f32>(at)) : 0;
}

function writeSums(x: usize, end: usize, to: usize): void {
  const sixteens = x + ((end - x) & ~63);
  for (; x < sixteens; x += 64, to += 16) v128.store(to, neighborSums(pairSums(x), pairSums(x + 32)));
  for (; x < end; x += 16, to += 4) {
    const first = sizeAt(x, end) + sizeAt(x + 4, end), second = sizeAt(x + 8, end) + sizeAt(x + 12, end);
    store<f32>(to, first + second);
  }
}

/** Of a block that the row may end in. */
function clearBlock(y: usize, end: usize): void {
  for (const blockEnd = min(end, y + 16); y < blockEnd; y += 4) store<i32>(y, 0);
}

function writeBlocks(x: usize, y: usize, end: usize, sums: usize, bits: i32): void {
  const fours = x + ((end - x) & ~63), whole = x + ((end - x) & ~15), bound = i32x4.splat(bits);
  for (; x < fours; x += 64, y += 64, sums += 16) {
    const kept = i32x4.ge_s(v128.load(sums), bound);
    v128.store(y, v128.and(v128.load(x), v128.shuffle<i32>(kept, kept, 0, 0, 0, 0)));
    v128.store(y, v128.and(v128.load(x, 16), v128.shuffle<i32>(kept, kept, 1, 1, 1, 1)), 16);
    v128.store(y, v128.and(v128.load(x, 32), v128.shuffle<i32>(kept, kept, 2, 2, 2, 2)), 32);
    v128.store(y, v128.and(v128.load(x, 48), v128.shuffle<i32>(kept, kept, 3, 3, 3, 3)), 48);
  }
  for (; x < whole; x += 16, y += 16, sums += 4) {
    v128.store(y, v128.and(v128.load(x), i32x4.ge_s(v128.load32_splat(sums), bound)));
  }
  const kept = x < end && load<i32>(sums) >= bits;
  for (; x < end; x += 4, y += 4) store<i32>(y, kept ? load<i32>(x) : 0);
}

/** Keeps `keep` blocks of four entries of each row, the last of which may have fewer. */
export function keepBlocks(x: usize, y: usize, rows: i32, width: i32, keep: i32, scratch: usize): void {
  const rowBytes = <usize>width << 2, blocks = (width + 3) >> 2, sumsEnd = scratch + (<usize>blocks << 2);
  for (let bits = FIRST; rows > 0; rows--, x += rowBytes, y += rowBytes) {
    const end = x + rowBytes, yEnd = y + rowBytes;
    writeSums(x, end, scratch);
    const found = thresholdOf(scratch, blocks, keep, sumsEnd, bits);
    bits = <i32>found;
    writeBlocks(x, y, end, scratch, bits);
    let surplus = <i32>(found >> 32), last = sumsEnd;
    for (; surplus > 0; surplus--) {
      last = lastBefore(last, bits);
      clearBlock(y + ((last - scratch) << 2), yEnd);
    }
  }
}
