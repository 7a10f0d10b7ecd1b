import { copyFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { writeMarkdown } from '../support/document';
import { commandLine, machine } from '../support/machine';
import { renderSvg } from '../support/svg';
import { newTable } from '../support/table';
import type { Difference, Results, Row } from './results';

const COLUMNS = ['R@1 %', 'R@5 %', 'R@10 %', 'model KB', 'database KB', 'ms/view', 'ms/query'];

/** What was found with one seed, or with several. */
export interface Report {
  readonly results: Results;
  readonly differences: readonly Difference[];
  readonly seeds: number;
}

export function printResults({ results, differences, seeds }: Report): void {
  console.log(`\n${setting(results, seeds)}`);
  const table = newTable({
    columns: [
      { name: 'name', title: ' ', alignment: 'left' },
      ...COLUMNS.map((name) => ({ name, alignment: 'right' as const })),
    ],
  });
  for (const row of results.rows) table.addRow(cells(row));
  table.printTable();
  for (const difference of differences) console.log(sentence(difference));
  console.log(`After R@1: its standard error. ${verified(results)}`);
}

function setting({ databaseViews, queries, trainingPlaces }: Results, seeds: number): string {
  return (
    `${queries.toLocaleString('en-US')} queries at any time and in any weather, among ` +
    `${databaseViews.toLocaleString('en-US')} views by day; nets learned in another city, from ` +
    `${trainingPlaces.toLocaleString('en-US')} places.${seeds > 1 ? ` Means of ${seeds} seeds.` : ''}`
  );
}

function verified({ identical }: Results): string {
  return `The packed nets are identical to the trained ones: ${identical ? 'yes' : 'NO'}.`;
}

/** Writes a page, and beside it a chart and a picture of the same name. */
export async function writeReport(
  file: string,
  { results, differences, seeds }: Report,
  pictures: { readonly chart: string; readonly matches: string },
): Promise<void> {
  const [chart, matches] = ['.svg', '.png'].map((ending) => file.replace(/(\.md)?$/, ending));
  copyFileSync(pictures.chart, chart);
  copyFileSync(pictures.matches, matches);
  const line = (values: string[]) => `| ${values.join(' | ')} |`;
  const rows = results.rows.map((row) => {
    const { name, ...values } = cells(row);
    return line([name, ...Object.values(values)]);
  });
  const table = [line(['', ...COLUMNS]), `| --- |${' ---: |'.repeat(COLUMNS.length)}`, ...rows];
  await writeMarkdown(
    file,
    `# Finding places

Made by \`${commandLine('example:places')}\` on ${machine()}.

${setting(results, seeds)} After R@1 stands its standard error${seeds > 1 ? ', over the seeds' : ''}.
[The guide](guides/examples.md#finding-places) explains the nets. _ms/view_ is the time of a net for one view on the backend
\`wasm\`, _ms/query_ that of an exact search.

${table.join('\n')}

${differences.map((difference) => `- ${sentence(difference)}`).join('\n')}

${verified(results)}

![R@1 against the memory of net and database](${basename(chart)})

Queries, each beside the five views of the database whose bits are nearest to those of the ternary net; right ones in green:

![Queries and what was found for them](${basename(matches)})
`,
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
