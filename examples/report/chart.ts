import type { TopLevelSpec } from 'vega-lite';
import { renderSvg } from '../support/svg';
import type { Epoch } from './lines';

const MEASURES = {
  flips: 'Share of weights that flipped in the epoch',
  zero: 'Share of zeros',
  entropy: 'Entropy in bits per weight (at most 1.585)',
  saturation: 'Share of latent weights beyond the outermost level',
  scale: 'Scale',
} as const;

/** What schedules add to the logs. */
const SCHEDULED: Record<string, string> = { learningRate: 'Learning rate', blend: 'Blend' };

const SIZE = { width: 320, height: 180 };
const EPOCH = {
  field: 'epoch',
  type: 'quantitative',
  axis: { tickMinStep: 1, format: 'd' },
} as const;

/** Curves over the epochs: losses, metrics and what schedules set, then each measure with a line per layer. */
export function chart(epochs: readonly Epoch[]): Promise<string> {
  return renderSvg(specification(epochs));
}

/** tfjs counts epochs from 0, people from 1. */
function specification(epochs: readonly Epoch[]): TopLevelSpec {
  const logs = epochs.flatMap(({ epoch, logs }) =>
    Object.entries(logs).map(([series, value]) => ({ epoch: epoch + 1, series, value })),
  );
  const measured = Object.entries(MEASURES).map(([measure, title]) => {
    const values = epochs.flatMap(({ epoch, layers }) =>
      layers.map((layer) => ({
        epoch: epoch + 1,
        series: layer.layer,
        value: layer[measure as keyof typeof MEASURES],
      })),
    );
    return panel(title, values);
  });
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    config: { legend: { labelLimit: 0 }, axis: { labelLimit: 0 } },
    columns: 2,
    resolve: { scale: { color: 'independent' } },
    concat: [...logPanels(logs), ...measured, sharesPanel(epochs)],
  };
}

/** What is of another size stands in a panel of its own. */
function logPanels(logs: Point[]) {
  const scheduled = Object.entries(SCHEDULED).map(([name, title]) => ({
    title,
    values: logs.filter(({ series }) => series === name),
  }));
  const others = logs.filter(({ series }) => !(series in SCHEDULED));
  const isLoss = ({ series }: Point) => series.endsWith('loss');
  const measured = [
    { title: 'Losses', values: others.filter(isLoss) },
    { title: 'Metrics', values: others.filter((point) => !isLoss(point)) },
  ];
  return [...measured, ...scheduled]
    .filter(({ values }) => values.length > 0)
    .map(({ title, values }) => panel(title, values));
}

interface Point {
  readonly epoch: number;
  readonly series: string;
  readonly value: number | null;
}

function panel(title: string, values: Point[]) {
  // Without a second value there is no range to draw: from zero, then.
  const zero = new Set(values.map(({ value }) => value)).size === 1;
  return {
    ...SIZE,
    title,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: EPOCH,
      y: { field: 'value', type: 'quantitative', title: null, scale: { zero } },
      color: { field: 'series', type: 'nominal', title: null, sort: null },
    },
  } as const;
}

/** The weights -1, 0 and +1 of each layer after the last epoch, stacked. */
function sharesPanel(epochs: readonly Epoch[]) {
  const { layers } = epochs[epochs.length - 1];
  const values = layers.flatMap(({ layer, negative, zero, positive }) => [
    { layer, weight: '-1', order: 0, share: negative },
    { layer, weight: '0', order: 1, share: zero },
    { layer, weight: '+1', order: 2, share: positive },
  ]);
  return {
    ...SIZE,
    title: 'Weights after the last epoch',
    data: { values },
    mark: 'bar',
    encoding: {
      x: { field: 'share', type: 'quantitative', stack: 'normalize', title: 'share' },
      y: { field: 'layer', type: 'nominal', title: null, sort: null },
      color: { field: 'weight', type: 'nominal', title: null, sort: ['-1', '0', '+1'] },
      order: { field: 'order' },
    },
  } as const;
}
