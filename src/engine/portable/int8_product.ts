import { addBlock, byteTables, fillTables } from '../../packing/byte_tables';
import { blocksOf, paddedInFeatures } from '../../packing/int2';
import type { TernaryProduct } from '../ternary_product';
import { activate } from './activate';
import { quantizeRow } from './int8_rows';

/**
 * Outputs between two fillings of the tables. A cache line holds four blocks of a row; a tile is small
 * enough for its lines to stay cached until all four are used, large enough to share the tables.
 */
const TILE = 1024;

/** The packed product in plain JavaScript, with int8 inputs. */
export function int8Product(product: TernaryProduct, y: Float32Array): void {
  const { x, inFeatures, eps } = product;
  const readRow = (row: number, quantized: Int32Array) =>
    quantizeRow(x, row * inFeatures, quantized, inFeatures, eps);
  int8RowsProduct(product, readRow, y);
}

/** Writes the quantized inputs of a row, and returns its scale. */
type ReadRow = (row: number, quantized: Int32Array) => number;

/** The product of rows that are quantized already, or as they are read. */
export function int8RowsProduct(
  product: Omit<TernaryProduct, 'x' | 'eps'>,
  readRow: ReadRow,
  y: Float32Array,
): void {
  const { packed, rows, inFeatures, units, activation } = product;
  const blocks = blocksOf(inFeatures);
  const quantized = new Int32Array(paddedInFeatures(inFeatures));
  const tables = byteTables();
  const sums = new Int32Array(units);
  for (let row = 0; row < rows; row++) {
    const rowScale = readRow(row, quantized);
    sums.fill(0);
    for (let first = 0; first < units; first += TILE) {
      const last = Math.min(first + TILE, units);
      for (let block = 0; block < blocks; block++) {
        fillTables(tables, quantized, block);
        addBlock(sums, tables, packed, block, blocks, first, last);
      }
    }
    rescaleRow(product, sums, rowScale, y, row * units);
  }
  activate(y, activation);
}

/** The epilogue, rounded to float32 after each of its steps in the order every engine keeps. */
function rescaleRow(
  { scale, bias }: Pick<TernaryProduct, 'scale' | 'bias'>,
  sums: Int32Array,
  rowScale: number,
  y: Float32Array,
  offset: number,
): void {
  const step = scale.length === 1 ? 0 : 1;
  for (let n = 0; n < sums.length; n++) {
    const value = Math.fround(Math.fround(sums[n]! * rowScale) * scale[n * step]!);
    y[offset + n] = bias == null ? value : value + bias[n]!;
  }
}
