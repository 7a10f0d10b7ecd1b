import { writeFileSync } from 'node:fs';
import { renderSvg } from '../support/svg';
import { newTable } from '../support/table';

/** A net in the table; without an accuracy where nothing was learned. */
export interface Row {
  readonly net: string;
  /** Share of the test images. */
  readonly accuracy?: number;
  /** Of the weights on disk. */
  readonly bytes: number;
  /** Median of one image on the backend wasm. */
  readonly latencyMs: number;
}

export function printTable(rows: readonly Row[]): void {
  const hasAccuracy = rows.some(({ accuracy }) => accuracy != null);
  const table = newTable({
    columns: [
      { name: 'net', alignment: 'left' },
      ...(hasAccuracy
        ? [{ name: 'accuracy', title: 'test accuracy', alignment: 'right' as const }]
        : []),
      { name: 'bytes', title: 'weights on disk, bytes', alignment: 'right' },
      { name: 'latency', title: 'an image on wasm, ms', alignment: 'right' },
    ],
  });
  for (const { net, accuracy, bytes, latencyMs } of rows) {
    table.addRow({
      net,
      ...(accuracy == null ? {} : { accuracy: percent(accuracy) }),
      bytes: bytes.toLocaleString('en-US'),
      latency: latencyMs.toFixed(2),
    });
  }
  table.printTable();
}

/** Accuracy against the bytes on disk. */
export async function writeChart(file: string, rows: readonly Row[]): Promise<void> {
  const values = rows.map(({ net, accuracy = NaN, bytes }) => ({
    net,
    accuracy: 100 * accuracy,
    kilobytes: bytes / 1000,
  }));
  const position = {
    x: {
      field: 'kilobytes',
      type: 'quantitative',
      scale: { type: 'log', nice: true },
      title: 'KB of weights on disk',
    },
    y: {
      field: 'accuracy',
      type: 'quantitative',
      scale: { zero: false, padding: 12 },
      title: 'test accuracy, %',
    },
  } as const;
  const svg = await renderSvg({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    ...{ width: 460, height: 300 },
    title: 'Accuracy against bytes',
    data: { values },
    layer: [
      { mark: { type: 'point', filled: true, size: 80 }, encoding: position },
      {
        mark: { type: 'text', align: 'left', dx: 8, dy: -6 },
        encoding: { ...position, text: { field: 'net' } },
      },
    ],
  });
  writeFileSync(file, svg);
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`;
}
