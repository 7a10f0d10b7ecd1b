import type { LayersModel } from '@tensorflow/tfjs-layers';

/** What `model.predict` takes. */
const DEFAULT = 32;

/** The number of rows that a model computes at once; undefined for a model that computes any number. */
export function fixedBatchSize({ inputs }: LayersModel): number | undefined {
  return inputs.map(({ shape }) => shape[0]).find((rows) => rows != null) ?? undefined;
}

/** The number of rows for one pass of `model.predict`. */
export function batchSizeOf(model: LayersModel): number {
  return fixedBatchSize(model) ?? DEFAULT;
}
