import type { layers } from '@tensorflow/tfjs';

export class Affine extends layers.Layer {
  constructor(config: { start: number; name?: string });
}
