import type { TensorInfo } from '@tensorflow/tfjs-core';

/** Of the tfjs kernel BatchNorm: x [1, 1, rows, channels], the others [channels]. */
export interface BatchNormInputs {
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  readonly scale: TensorInfo;
  readonly offset: TensorInfo;
}
