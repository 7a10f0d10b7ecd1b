import { gather, tensor1d, tidy, Tensor } from '@tensorflow/tfjs-core';
import { argumentError } from '../errors';
import { anyInteger, integerFrom, positiveInteger } from '../options/check';
import { readOptions, type OptionTable, type Resolved } from '../options/option_table';
import { asDataset, type BatchSource, type Dataset } from '../tfjs/dataset';

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

type Settings = Resolved<SeededBatchesOptions, typeof SEEDED_BATCHES_OPTIONS>;
type Data = Tensor | Tensor[];
type Batch = { xs: Data; ys: Data };

const LABEL = 'seededBatches';

class SeededBatches implements BatchSource<Batch> {
  /** Batches per epoch. tfjs reads this. */
  readonly size: number;
  private readonly examples: number;
  private epoch: number;

  constructor(
    private readonly data: Batch,
    private readonly settings: Settings,
  ) {
    this.examples = checkData(data);
    this.epoch = settings.initialEpoch;
    this.size = Math.ceil(this.examples / settings.batchSize);
  }

  /** An epoch begins when its first batch is read, as tfjs makes one iterator that it never uses. */
  async iterator() {
    const { batchSize, seed } = this.settings;
    let order: Int32Array | undefined;
    let start = 0;
    const next = async () => {
      order ??= epochOrder(this.examples, seed, this.epoch++);
      if (start >= order.length) return { value: undefined, done: true };
      const indices = order.subarray(start, (start += batchSize));
      return { value: this.batch(indices), done: false };
    };
    return { next };
  }

  private batch(indices: Int32Array): Batch {
    return tidy(() => {
      const rows = tensor1d(indices, 'int32');
      const take = (data: Data) =>
        Array.isArray(data) ? data.map((part) => gather(part, rows)) : gather(data, rows);
      return { xs: take(this.data.xs), ys: take(this.data.ys) };
    });
  }
}

/** A permutation of 0 ... count - 1: the shuffle of Fisher and Yates with the generator mulberry32. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    const random = ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
    const j = Math.floor(random * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function checkData(data: { xs: Data; ys: Data }): number {
  let examples: number | undefined;
  for (const [argument, tensors] of Object.entries(data)) {
    const all = [tensors].flat();
    if (all.length === 0) throw argumentError(LABEL, argument, 'at least one tensor', tensors);
    for (const tensor of all) {
      if (!(tensor instanceof Tensor) || tensor.rank < 1) {
        const expected = 'a tensor of rank 1 or more, or an array of such';
        throw argumentError(LABEL, argument, expected, (tensor as Tensor | undefined)?.shape);
      }
      examples ??= tensor.shape[0];
      if (tensor.shape[0] === examples) continue;
      throw argumentError(LABEL, argument, `of shape [${examples}, ...]`, tensor.shape);
    }
  }
  return examples!;
}

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
export function seededBatches(xs: Data, ys: Data, options: SeededBatchesOptions): Dataset {
  const settings = readOptions(LABEL, options, SEEDED_BATCHES_OPTIONS);
  return asDataset(new SeededBatches({ xs, ys }, settings));
}
