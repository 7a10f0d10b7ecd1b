import { newTable } from '../../examples/support/table';
import type { MemoryRow } from '../memory';
import { goalsOf } from './floors';
import type { Row } from './rows';

/** A table's cells, with the headings as keys. */
export type Cells = Record<string, string>;

export function productCells(rows: readonly Row[]): Cells[] {
  return rows
    .filter(({ task }) => task === 'product')
    .map((row) => ({ 'm,k,n': `${row.m},${row.k},${row.n}`, ...commonCells(row) }));
}

export function predictCells(rows: readonly Row[]): Cells[] {
  return rows
    .filter(({ task }) => task === 'predict')
    .map((row) => ({ batch: String(row.m), ...commonCells(row) }));
}

function commonCells(row: Row): Cells {
  return {
    Node: String(row.node),
    backend: row.backend,
    engine: row.engine,
    ms: milliseconds(row.medianMs, row.quartilesMs),
    'GMAC/s': row.gmacPerSecond.toFixed(1),
    against: row.peer,
    'its ms': milliseconds(row.peerMedianMs, row.peerQuartilesMs),
    'times faster': row.ratio == null ? '' : row.ratio.toFixed(2),
  };
}

/** The median, and the quartiles in brackets. */
export function milliseconds(
  median: number | null,
  quartiles: readonly [number, number] | null,
): string {
  if (median == null || quartiles == null) return 'not in --quick';
  const digits = median < 1 ? 3 : median < 100 ? 2 : 0;
  const [low, high] = quartiles.map((value) => value.toFixed(digits));
  return `${median.toFixed(digits)} (${low} to ${high})`;
}

export function memoryCells(rows: readonly MemoryRow[]): Cells[] {
  return rows.map(({ backend, engine, k, n, bitsPerWeight, countedBitsPerWeight }) => ({
    kernel: `${k} x ${n}`,
    backend,
    engine,
    'bits per weight, resident': bitsPerWeight.toFixed(2),
    'bits per weight, in tensors': countedBitsPerWeight.toFixed(2),
  }));
}

export function goalCells(rows: readonly Row[]): Cells[] {
  return goalsOf(rows).map(({ row, floor, reached }) => ({
    'm,k,n': `${row.m},${row.k},${row.n}`,
    Node: String(row.node),
    backend: row.backend,
    engine: row.engine,
    'GMAC/s': row.gmacPerSecond.toFixed(1),
    against: row.peer,
    'times faster': (row.ratio ?? 0).toFixed(2),
    goal: floor.toFixed(1),
    reached: reached ? 'yes' : 'no',
  }));
}

export function printTable(title: string, cells: readonly Cells[]): void {
  if (cells.length === 0) return;
  const numeric = new Set(['ms', 'its ms', 'GMAC/s', 'times faster', 'goal']);
  const columns = Object.keys(cells[0]!).map((name) => ({
    name,
    alignment: numeric.has(name) ? ('right' as const) : ('left' as const),
  }));
  const table = newTable({ title, columns });
  for (const row of cells) table.addRow(row);
  table.printTable();
}

export function markdownTable(cells: readonly Cells[]): string {
  if (cells.length === 0) return '';
  const line = (values: string[]) => `| ${values.join(' | ')} |`;
  const headings = Object.keys(cells[0]!);
  const rows = cells.map((row) => line(headings.map((heading) => row[heading]!)));
  return [line(headings), line(headings.map(() => '---')), ...rows].join('\n');
}
