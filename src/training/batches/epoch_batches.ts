import type { BatchSource } from '../../tfjs/dataset';

/** Gives the batches of an epoch by their number in it. */
export type EpochOfBatches<Batch> = (batch: number) => Batch | Promise<Batch>;

/** Batches that follow from the epoch and their number in it. Each pass counts as an epoch. */
export class EpochBatches<Batch> implements BatchSource<Batch> {
  /** @param size batches per epoch, which tfjs reads. */
  constructor(
    readonly size: number,
    private epoch: number,
    private readonly start: (epoch: number) => EpochOfBatches<Batch>,
  ) {}

  /** An epoch begins when its first batch is read, as tfjs makes one iterator that it never uses. */
  async iterator() {
    let batchAt: EpochOfBatches<Batch> | undefined;
    let batch = 0;
    const next = async () => {
      batchAt ??= this.start(this.epoch++);
      if (batch >= this.size) return { value: undefined, done: true };
      return { value: await batchAt(batch++), done: false };
    };
    return { next };
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
