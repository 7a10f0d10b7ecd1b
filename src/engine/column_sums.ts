/** How many numbers are added before a sum is an addend itself: ((a + b) + c) + ... */
export const ADDENDS = 8;

// Looking up a global is slow where Jest runs tests.
const { fround } = Math;

/**
 * The sum of each column of x [rows, columns] in float32. The order of the additions is written here, and every
 * backend that computes these sums keeps it: the rows in eight equal blocks are added to one block, the columns of
 * which are summed in the same way, and the rows that remain come last.
 */
export function columnSums(x: Float32Array, rows: number, columns: number): Float32Array {
  const blockRows = Math.floor(rows / ADDENDS);
  const sums =
    blockRows === 0
      ? new Float32Array(columns)
      : columnSums(sumOfBlocks(x, blockRows * columns), blockRows, columns);
  addRows(sums, x.subarray(ADDENDS * blockRows * columns, rows * columns));
  return sums;
}

/**
 * Four blocks at a time, because eight that lie a power of two apart push each other out of the processor's cache;
 * written out, because this is most of the time.
 */
function sumOfBlocks(x: Float32Array, size: number): Float32Array {
  const sum = new Float32Array(size);
  const [b, c, d] = [size, 2 * size, 3 * size];
  for (let i = 0; i < size; i++) {
    sum[i] = fround(fround(x[i]! + x[i + b]!) + x[i + c]!) + x[i + d]!;
  }
  for (let i = 0, j = 4 * size; i < size; i++, j++) {
    sum[i] = fround(fround(fround(sum[i]! + x[j]!) + x[j + b]!) + x[j + c]!) + x[j + d]!;
  }
  return sum;
}

/** Adds rows to `sums`, one after another. */
export function addRows(sums: Float32Array, rows: Float32Array): void {
  const columns = sums.length;
  for (let from = 0; from < rows.length; from += columns) {
    for (let i = 0; i < columns; i++) sums[i]! += rows[from + i]!;
  }
}
