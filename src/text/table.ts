/** Lines of a plain-text table: the first row is its header, the last its totals. */
export function formatTable(rows: string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const format = (row: string[]) =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const rule = '-'.repeat(Math.max(...rows.map((row) => format(row).length)));
  const [header, ...body] = rows.map(format);
  const totals = body.pop()!;
  return [header!, rule, ...body, rule, totals];
}
