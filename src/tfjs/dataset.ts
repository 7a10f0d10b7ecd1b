import type { LayersModel } from '@tensorflow/tfjs-layers';

/*
 * Relies on what `fitDataset` and `evaluateDataset` use of a dataset: `iterator()`, called for each pass
 * (and once before the first, for an iterator that is never used), whose `next()` gives `{xs, ys}`; and
 * `size`, the batches of a pass. The class is that of @tensorflow/tfjs-data, which is no dependency.
 */

/** The type that `fitDataset` asks for. */
export type Dataset = Parameters<LayersModel['fitDataset']>[0];

/** As much of a dataset as tfjs uses. */
export interface BatchSource<Batch> {
  /** Batches in a pass. */
  readonly size: number;
  iterator(): Promise<{ next(): Promise<{ value: Batch | undefined; done: boolean }> }>;
}

export function asDataset<Batch>(source: BatchSource<Batch>): Dataset {
  return source;
}
