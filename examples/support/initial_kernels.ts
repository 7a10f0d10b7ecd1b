import * as tf from '@tensorflow/tfjs';

/** More than the number of kernels of a net, so that no two kernels of nets with different seeds begin alike. */
export const SEEDS_PER_NET = 1000;

/** Gives a net the first weights that follow from the seed, so that nets of the same shape begin alike. */
export function setKernels(net: tf.LayersModel, seed: number): void {
  let count = SEEDS_PER_NET * seed;
  tf.tidy(() => {
    const weights = net.getWeights().map((weight) => {
      if (weight.rank < 2) return weight;
      return tf.initializers.glorotNormal({ seed: ++count }).apply(weight.shape);
    });
    net.setWeights(weights);
  });
}
