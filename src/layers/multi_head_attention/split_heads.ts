import { reshape, type Tensor } from '@tensorflow/tfjs-core';

/** [batch, time, width] to [batch, time, numHeads, width / numHeads]. */
export function splitHeads(x: Tensor, numHeads: number): Tensor {
  const [batch, time, width] = x.shape as [number, number, number];
  return reshape(x, [batch, time, numHeads, width / numHeads]);
}
