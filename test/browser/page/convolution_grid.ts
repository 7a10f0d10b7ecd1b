import * as tf from '@tensorflow/tfjs';
import { bitConv2d, type EngineName } from 'tfjs-bitcore';
import { TITLED_GRID, type GridCase } from '../../support/convolution_grid';
import { forceEngine, freeEngines } from '../../support/forced_engine';
import { hashOf } from '../../support/normalization_grid';
import { randomTensor } from '../../support/values';

export interface ConvolutionHashes {
  /** Of the outputs of each deployed layer, by its title. */
  readonly hashes: Record<string, number>;
  /** The titles of those whose outputs `deploy` has changed. */
  readonly changed: string[];
}

/** The grid of convolutions on the current backend; the last image of each case holds a NaN. */
export function convolutionHashes(engine?: EngineName): ConvolutionHashes {
  if (engine != null) forceEngine(engine);
  try {
    const all: ConvolutionHashes = { hashes: {}, changed: [] };
    for (const [title, each] of TITLED_GRID) {
      const [trained, deployed] = outputs(each);
      all.hashes[title] = hashOf(deployed!);
      if (all.hashes[title] !== hashOf(trained!)) all.changed.push(title);
    }
    return all;
  } finally {
    freeEngines();
  }
}

/** Those of a layer before and after it is deployed. */
function outputs({ shape, ...options }: GridCase): Float32Array[] {
  return tf.tidy(() => {
    const layer = bitConv2d({ ...options, activation: 'relu' });
    const x = randomTensor(shape, 3);
    const hasNaN = tf.oneHot(tf.tensor1d([x.size - 1], 'int32'), x.size).reshape(shape);
    const images = tf.where(tf.cast(hasNaN, 'bool'), NaN, x);
    layer.build([null, ...shape.slice(1)]);
    layer.setWeights(layer.weights.map(({ shape }, i) => randomTensor(shape as number[], i + 1)));
    const compute = () => (layer.apply(images) as tf.Tensor).dataSync<'float32'>();
    const trained = compute();
    layer.deploy();
    const deployed = compute();
    for (const weight of layer.weights) weight.dispose();
    return [trained, deployed];
  });
}
