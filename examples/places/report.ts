import { writeFileSync } from 'node:fs';
import { renderSvg } from '../support/svg';
import { newTable } from '../support/table';
import type { Difference, Results, Row } from './results';

const COLUMNS = ['R@1 %', 'R@5 %', 'R@10 %', 'model KB', 'database KB', 'ms/view', 'ms/query'];

export function printResults(results: Results, differences: Difference[], seeds: number): void {
  const { databaseViews, queries, trainingPlaces, identical } = results;
  console.log(
    `\n${queries.toLocaleString('en-US')} queries at any time and in any weather, among ` +
      `${databaseViews.toLocaleString('en-US')} views by day; nets learned in another city, from ` +
      `${trainingPlaces.toLocaleString('en-US')} places. Means of ${seeds} seeds.`,
  );
  const table = newTable({
    columns: [
      { name: 'name', title: ' ', alignment: 'left' },
      ...COLUMNS.map((name) => ({ name, alignment: 'right' as const })),
    ],
  });
  for (const row of results.rows) table.addRow(cells(row));
  table.printTable();
  for (const difference of differences) console.log(sentence(difference));
  console.log(
    `After R@1: its standard error. The packed nets are identical to the trained ones: ${identical ? 'yes' : 'NO'}`,
  );
}

function sentence({ name, than, mean, standardError }: Difference): string {
  const error = standardError == null ? '' : ` ± ${percent(standardError)}`;
  return `R@1 of "${name}" less that of "${than}": ${percent(mean)}${error} points.`;
}

function cells(row: Row): Record<string, string> {
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(0);
  const values = [
    `${percent(row.at1)} ± ${percent(row.standardError)}`,
    percent(row.at5),
    percent(row.at10),
    kilobytes(row.modelBytes),
    kilobytes(row.databaseBytes),
    row.viewMs?.toFixed(2) ?? '',
    row.searchMs.toFixed(3),
  ];
  return {
    name: row.name,
    ...Object.fromEntries(COLUMNS.map((column, i) => [column, values[i]])),
  };
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

/** A chart of R@1 against the memory of net and database. */
export async function writeChart(file: string, { rows }: Results): Promise<void> {
  const values = rows
    .filter(({ modelBytes }) => modelBytes > 0)
    .map(({ name, at1, modelBytes, databaseBytes, binary }) => ({
      name,
      recall: 100 * at1,
      megabytes: (modelBytes + databaseBytes) / 1e6,
      descriptors: binary ? 'binary' : 'float',
    }));
  const position = {
    x: {
      field: 'megabytes',
      type: 'quantitative',
      scale: { type: 'log' },
      title: 'MB of net and database',
    },
    y: { field: 'recall', type: 'quantitative', scale: { zero: false }, title: 'R@1, %' },
  } as const;
  const svg = await renderSvg({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    ...{ width: 520, height: 320 },
    title: 'Recall against memory',
    data: { values },
    layer: [
      {
        mark: { type: 'point', filled: true, size: 80 },
        encoding: {
          ...position,
          color: { field: 'descriptors', type: 'nominal', title: 'descriptors' },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 8 },
        encoding: { ...position, text: { field: 'name' } },
      },
    ],
  });
  writeFileSync(file, svg);
}
