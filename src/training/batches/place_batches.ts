import { tensor1d } from '@tensorflow/tfjs-core';
import { argumentError } from '../../errors';
import { anyInteger, integerFrom, positiveInteger } from '../../options/check';
import { readOptions, type OptionTable, type Resolved } from '../../options/option_table';
import { asDataset, type Dataset } from '../../tfjs/dataset';
import { EpochBatches, epochOrder } from './epoch_batches';
import { countExamples, takeExamples, type Examples } from './examples';

export interface PlaceBatchesOptions {
  /** Places per batch; the last batch of an epoch may have fewer. Default: 32. */
  places?: number;
  /** Views of each place in a batch. Default: 4. */
  views?: number;
  /** An integer; places and views of every epoch follow from it. */
  seed: number;
  /** The same `initialEpoch` as in the call of `fitDataset`. Default: 0. */
  initialEpoch?: number;
}

export const PLACE_BATCHES_OPTIONS = {
  places: { ...positiveInteger, default: 32 },
  views: { ...positiveInteger, default: 4 },
  seed: { ...anyInteger, required: true },
  initialEpoch: { ...integerFrom(0), default: 0 },
} as const satisfies OptionTable<PlaceBatchesOptions>;

type Settings = Resolved<PlaceBatchesOptions, typeof PLACE_BATCHES_OPTIONS>;

/** Where a batch stands in training, both counted from 0. */
export interface BatchPosition {
  readonly epoch: number;
  readonly batch: number;
}

/**
 * Makes the inputs [views, ...] of a batch from the numbers of its views, for images that do not fit into memory or are
 * changed at random: a random generator that starts from the position gives the same images when training resumes.
 */
export type LoadViews = (
  indices: Int32Array,
  position: BatchPosition,
) => Examples | Promise<Examples>;

const LABEL = 'placeBatches';

/**
 * A dataset for `fitDataset` and `metricLoss` whose batches hold several views of each of several places. Each epoch
 * has each place once, with as many of its views as `views` says, without repetition; the views of a place stand one
 * after the other. What is in an epoch depends only on `seed` and the number of the epoch, so that training resumed
 * with `initialEpoch` sees the same batches as training that did not stop. Leave `batchesPerEpoch` out. Each pass over
 * the dataset counts as an epoch: evaluate on another dataset, and make a new one for another training.
 *
 * ```js
 * const images = tf.randomNormal([12, 4]);
 * const placeOf = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3];
 * const describe = tf.sequential({layers: [tf.layers.dense({units: 16, inputShape: [4]})]});
 * describe.compile({optimizer: 'adam', loss: metricLoss()});
 * const batches = placeBatches(images, placeOf, {places: 4, views: 2, seed: 1});
 * await describe.fitDataset(batches, {epochs: 2, verbose: 0});
 * ```
 *
 * @param xs the inputs of all views: one tensor [views, ...], or one for each input of the model; or a function that
 * makes those of a batch.
 * @param labels the place of each view: a list of int32 numbers. Batches have them as int32 [views].
 * @throws if an option is wrong, if the numbers of views differ, or if a place has fewer views than `views`. Training
 * throws if a function gives tensors of another number of views.
 */
export function placeBatches(
  xs: Examples | LoadViews,
  labels: ArrayLike<number>,
  options: PlaceBatchesOptions,
): Dataset {
  const settings = readOptions(LABEL, options, PLACE_BATCHES_OPTIONS);
  const viewsOf = groupByPlace(labels);
  const load = loaderOf(xs, labels.length);
  checkViews(viewsOf, settings.views);
  const size = Math.ceil(viewsOf.size / settings.places);
  return asDataset(
    new EpochBatches(size, settings.initialEpoch, (epoch) => {
      const order = orderOf(viewsOf, settings, epoch);
      const perBatch = settings.places * settings.views;
      return async (batch) => {
        const indices = order.slice(batch * perBatch, (batch + 1) * perBatch);
        const inputs = await load(indices, { epoch, batch });
        return {
          xs: inputs,
          ys: tensor1d(
            indices.map((i) => labels[i]!),
            'int32',
          ),
        };
      };
    }),
  );
}

/** The numbers of the views of each place. */
function groupByPlace(labels: ArrayLike<number>): Map<number, number[]> {
  const viewsOf = new Map<number, number[]>();
  if (!isList(labels)) throw argumentError(LABEL, 'labels', 'a list of int32 numbers', labels);
  for (let i = 0; i < labels.length; i++) {
    const place = labels[i]!;
    if (place !== (place | 0)) throw argumentError(LABEL, `labels[${i}]`, 'an int32 number', place);
    const views = viewsOf.get(place);
    if (views == null) viewsOf.set(place, [i]);
    else views.push(i);
  }
  if (viewsOf.size > 0) return viewsOf;
  throw argumentError(LABEL, 'labels', 'of at least one view', labels);
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function checkViews(viewsOf: Map<number, number[]>, least: number): void {
  for (const [place, { length }] of viewsOf) {
    if (length >= least) continue;
    const expected = `of at least ${least} views of each place, as many as the option views says`;
    throw argumentError(LABEL, 'labels', expected, `${length} of place ${place}`);
  }
}

function loaderOf(xs: Examples | LoadViews, views: number): LoadViews {
  if (typeof xs !== 'function') {
    checkCount(countExamples(LABEL, { xs }), views, 'xs');
    return (indices) => takeExamples(xs, indices);
  }
  return async (indices, position) => {
    const inputs = await xs(indices, position);
    checkCount(countExamples(LABEL, { 'result of xs': inputs }), indices.length, 'result of xs');
    return inputs;
  };
}

function checkCount(actual: number, expected: number, argument: string): void {
  if (actual === expected) return;
  throw argumentError(LABEL, argument, `of shape [${expected}, ...]`, [actual]);
}

/** The views of an epoch, place by place. */
function orderOf(
  viewsOf: Map<number, number[]>,
  { seed, views }: Settings,
  epoch: number,
): Int32Array {
  const places = [...viewsOf.values()];
  const order = [...epochOrder(places.length, seed, epoch)].flatMap((place) => {
    const all = places[place]!;
    // Another seed for each place: places of equally many views would show the same of them.
    const chosen = epochOrder(all.length, seed + 1 + place, epoch).subarray(0, views);
    return [...chosen].map((view) => all[view]!);
  });
  return Int32Array.from(order);
}
