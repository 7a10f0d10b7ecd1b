import { groupsOf, type GateRows } from './gate_rows';

/*
 * Each row keeps `keep` groups of entries, those of the largest size, and of equal ones the first. Other entries become 0.
 * The size of an entry is its magnitude. That of a block of four is, in float32,
 *
 *     (|x0| + |x1|) + (|x2| + |x3|),      with 0 for what is missing in the last block of a row
 *
 * A row with a size that is not finite is kept whole, and so is one whose smallest kept size is 0. kernels/gate.ts gives the same numbers.
 */

export function gatePortable(x: Float32Array, rows: GateRows, y: Float32Array): void {
  const sizes = new Float32Array(groupsOf(rows));
  const bits = new Int32Array(sizes.buffer);
  const counts = new Int32Array(256);
  for (let from = 0; from < x.length; from += rows.width) {
    const row = x.subarray(from, from + rows.width);
    const result = y.subarray(from, from + rows.width);
    if (rows.groupSize === 1) entrySizes(row, sizes);
    else blockSizes(row, sizes);
    const smallest = areFinite(sizes) ? smallestKept(bits, rows.keep, counts) : 0;
    if (smallest === 0) result.set(row);
    else keepLargest(row, rows, bits, smallest, result);
  }
}

/** Looking up a global is slow where Jest runs tests. */
const { abs, fround } = Math;

function entrySizes(row: Float32Array, sizes: Float32Array): void {
  for (let i = 0; i < row.length; i++) sizes[i] = abs(row[i]!);
}

function blockSizes(row: Float32Array, sizes: Float32Array): void {
  const size = (i: number) => (i < row.length ? abs(row[i]!) : 0);
  for (let block = 0, i = 0; i < row.length; block++, i += 4) {
    sizes[block] = fround(size(i) + size(i + 1)) + fround(size(i + 2) + size(i + 3));
  }
}

function areFinite(sizes: Float32Array): boolean {
  for (let i = 0; i < sizes.length; i++) if (!(sizes[i]! < Infinity)) return false;
  return true;
}

function keepLargest(
  row: Float32Array,
  { groupSize, keep }: GateRows,
  sizes: Int32Array,
  smallest: number,
  y: Float32Array,
): void {
  let equal = keep - countAbove(sizes, smallest);
  for (let group = 0, i = 0; group < sizes.length; group++) {
    const size = sizes[group]!;
    const isKept = size > smallest || (size === smallest && equal-- > 0);
    for (const end = Math.min(row.length, i + groupSize); i < end; i++) y[i] = isKept ? row[i]! : 0;
  }
}

/**
 * The smallest size that is kept, as the bits of its float32: sizes are in the order of their bits. It is found eight
 * bits at a time.
 */
function smallestKept(sizes: Int32Array, keep: number, counts: Int32Array): number {
  if (keep === 0) return 0x7fffffff;
  let [smallest, known, wanted] = [0, 0, keep];
  for (let shift = 24; shift >= 0; shift -= 8) {
    counts.fill(0);
    for (let i = 0; i < sizes.length; i++) {
      const size = sizes[i]!;
      if ((size & known) === smallest) counts[(size >>> shift) & 255]!++;
    }
    let digit = 255;
    while (wanted > counts[digit]!) wanted -= counts[digit--]!;
    smallest |= digit << shift;
    known |= 255 << shift;
  }
  return smallest;
}

function countAbove(sizes: Int32Array, bound: number): number {
  let count = 0;
  for (let i = 0; i < sizes.length; i++) if (sizes[i]! > bound) count++;
  return count;
}
