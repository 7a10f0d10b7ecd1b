import type { LayersModel } from '@tensorflow/tfjs-layers';

/*
 * Relies on the parts of a dataset that `fitDataset` and `evaluateDataset` use: `iterator()`, called for each
 * pass (and once before the first pass, for an iterator that is never used), whose `next()` gives `{xs, ys}`;
 * and `size`, the number of batches in a pass. The class is that of @tensorflow/tfjs-data, which is not a
 * dependency.
 */

/** The type that `fitDataset` requires. */
export type Dataset = Parameters<LayersModel['fitDataset']>[0];

/** The part of a dataset that tfjs uses. */
export interface BatchSource<Batch> {
  /** Batches in a pass. */
  readonly size: number;
  iterator(): Promise<{ next(): Promise<{ value: Batch | undefined; done: boolean }> }>;
}

export function asDataset<Batch>(source: BatchSource<Batch>): Dataset {
  return source;
}
