import { anyInteger, integerFrom, positiveInteger } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { asDataset, type Dataset } from '../../tfjs/dataset';
import { EpochBatches, epochOrder } from './epoch_batches';
import { countExamples, takeExamples, type Examples } from './examples';

export interface SeededBatchesOptions {
  /** Examples per batch; the last batch of an epoch may have fewer. Default: 32. */
  batchSize?: number;
  /** An integer; the order of every epoch follows from it. */
  seed: number;
  /** The same `initialEpoch` as in the call of `fitDataset`. Default: 0. */
  initialEpoch?: number;
}

export const SEEDED_BATCHES_OPTIONS = {
  batchSize: { ...positiveInteger, default: 32 },
  seed: { ...anyInteger, required: true },
  initialEpoch: { ...integerFrom(0), default: 0 },
} as const satisfies OptionTable<SeededBatchesOptions>;

const LABEL = 'seededBatches';

/**
 * A dataset for `fitDataset` that shuffles with a seed. The order of an epoch depends only on `seed` and
 * the number of the epoch, so that training resumed with `initialEpoch` sees the same batches as training
 * that did not stop. (The shuffle of tfjs's `fit` takes no seed.) Leave `batchesPerEpoch` out. Each pass
 * over the dataset counts as an epoch: evaluate on another dataset, and make a new one for another training.
 *
 * ```js
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * const batches = seededBatches(x, y, {batchSize: 16, seed: 1});
 * await model.fitDataset(batches, {epochs: 2, verbose: 0});
 * ```
 *
 * @param xs the inputs: one tensor [examples, ...], or one for each input of the model.
 * @param ys the targets: one tensor [examples, ...], or one for each output.
 * @throws if their numbers of examples differ, or an option is wrong.
 */
export function seededBatches(xs: Examples, ys: Examples, options: SeededBatchesOptions): Dataset {
  const { batchSize, seed, initialEpoch } = readOptions(LABEL, options, SEEDED_BATCHES_OPTIONS);
  const examples = countExamples(LABEL, { xs, ys });
  return asDataset(
    new EpochBatches(Math.ceil(examples / batchSize), initialEpoch, (epoch) => {
      const order = epochOrder(examples, seed, epoch);
      return (batch) => {
        const indices = order.subarray(batch * batchSize, (batch + 1) * batchSize);
        return { xs: takeExamples(xs, indices), ys: takeExamples(ys, indices) };
      };
    }),
  );
}
