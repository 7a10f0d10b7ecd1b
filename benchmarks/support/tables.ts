import { newTable } from '../../examples/support/table';

/** A table's cells, with the headings as keys. */
export type Cells = Record<string, string>;

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

export function printTable(title: string, cells: readonly Cells[]): void {
  if (cells.length === 0) return;
  const numeric = new Set(['ms', 'its ms', 'GMAC/s', 'times faster', 'goal']);
  const columns = Object.keys(cells[0]).map((name) => ({
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
  const headings = Object.keys(cells[0]);
  const rows = cells.map((row) => line(headings.map((heading) => row[heading])));
  return [line(headings), line(headings.map(() => '---')), ...rows].join('\n');
}
