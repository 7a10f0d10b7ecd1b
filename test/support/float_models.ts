import * as tf from '@tensorflow/tfjs';
import type { ModelCase } from './models';
import { Affine } from './own_classes.cjs';
import { randomTensor, wholeNumbers } from './values';

const { dense } = tf.layers;
const input = (...shape: number[]) => tf.input({ shape });

function chain(x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]): tf.SymbolicTensor {
  return layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
}

function added(...inputs: tf.SymbolicTensor[]): tf.SymbolicTensor {
  return tf.layers.add().apply(inputs) as tf.SymbolicTensor;
}

/** The name of an activation of one's own. */
const quickGelu = 'quickGelu' as never;

/** Everything that a converter meets. */
const BUILDERS: Record<string, () => ModelCase> = {
  'a Sequential'() {
    const regularizers = {
      kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }),
      biasRegularizer: tf.regularizers.l1({ l1: 0.2 }),
    };
    const model = tf.sequential({
      layers: [
        dense({ units: 9, inputShape: [20], activation: 'relu', ...regularizers }),
        tf.layers.batchNormalization(),
        tf.layers.dropout({ rate: 0.5 }),
        dense({ units: 7, useBias: false, activation: quickGelu }),
        new Affine({ start: 3 }),
        dense({ units: 3, activation: 'softmax' }),
      ],
    });
    return { model, x: randomTensor([4, 20]) };
  },
  'several inputs, outputs and branches'() {
    const [a, b] = [input(8), input(5)];
    const left = chain(a, dense({ units: 6, activation: 'relu' }), dense({ units: 6 }));
    const right = chain(b, dense({ units: 6, activation: 'tanh' }));
    const both = chain(added(left, right), tf.layers.reLU());
    const head = chain(both, dense({ units: 2, name: 'head' }), tf.layers.softmax());
    const model = tf.model({ inputs: [a, b], outputs: [head, both] });
    return { model, x: [randomTensor([4, 8], 5), randomTensor([4, 5], 6)] };
  },
  'a shared layer'() {
    const [a, b] = [input(12), input(12)];
    const shared = dense({ units: 12, activation: 'relu' });
    const y = added(chain(a, shared, shared), chain(b, shared));
    const model = tf.model({ inputs: [a, b], outputs: chain(y, dense({ units: 2 })) });
    return { model, x: [randomTensor([4, 12], 1), randomTensor([4, 12], 2)] };
  },
  'a nested model used twice'() {
    const inner = tf.sequential({
      name: 'inner',
      layers: [dense({ units: 6, inputShape: [10], activation: 'tanh' }), dense({ units: 6 })],
    });
    const [a, b] = [input(10), input(10)];
    const y = added(chain(a, inner), chain(b, inner));
    const model = tf.model({ inputs: [a, b], outputs: chain(y, dense({ units: 2 })) });
    return { model, x: [randomTensor([3, 10], 3), randomTensor([3, 10], 4)] };
  },
  'models in models in models'() {
    const innermost = tf.sequential({
      layers: [dense({ units: 6, inputShape: [10], activation: 'relu' }), dense({ units: 10 })],
    });
    const x = input(10);
    const middle = tf.model({ inputs: x, outputs: added(x, chain(x, innermost)) });
    const model = tf.sequential({
      layers: [dense({ units: 10, inputShape: [4] }), middle, dense({ units: 2 })],
    });
    return { model, x: randomTensor([3, 4]) };
  },
  'a model as first and last layer'() {
    const first = tf.sequential({
      layers: [dense({ units: 6, inputShape: [4], activation: 'relu' }), dense({ units: 5 })],
    });
    const last = tf.sequential({
      layers: [dense({ units: 6, inputShape: [5], activation: 'relu' }), dense({ units: 3 })],
    });
    return { model: tf.sequential({ layers: [first, last] }), x: randomTensor([3, 4]) };
  },
  'TimeDistributed(Dense)'() {
    const layer = dense({ units: 4, activation: 'relu' });
    const model = tf.sequential({
      layers: [tf.layers.timeDistributed({ layer, inputShape: [3, 9] }), dense({ units: 2 })],
    });
    return { model, x: randomTensor([2, 3, 9]) };
  },
  'TimeDistributed(model)'() {
    const layer = tf.sequential({
      layers: [dense({ units: 6, inputShape: [9], activation: 'relu' }), dense({ units: 4 })],
    });
    const model = tf.sequential({
      layers: [tf.layers.timeDistributed({ layer, inputShape: [3, 9] }), dense({ units: 2 })],
    });
    return { model, x: randomTensor([2, 3, 9]) };
  },
  'Dense on rank 3'() {
    const x = input(5, 8);
    const mixed = chain(
      x,
      dense({ units: 8, activation: 'relu' }),
      tf.layers.permute({ dims: [2, 1] }),
    );
    const y = chain(mixed, dense({ units: 5 }), tf.layers.permute({ dims: [2, 1] }));
    const pooled = chain(added(x, y), tf.layers.globalAveragePooling1d({}), dense({ units: 3 }));
    return { model: tf.model({ inputs: x, outputs: pooled }), x: randomTensor([2, 5, 8]) };
  },
  'Dense on rank 4 after a convolution'() {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 5, kernelSize: 3, inputShape: [8, 8, 1] }),
        dense({ units: 6, activation: 'relu' }),
        tf.layers.flatten(),
        dense({ units: 2 }),
      ],
    });
    return { model, x: randomTensor([2, 8, 8, 1]) };
  },
  'a mask and recurrent layers'() {
    const lstm = tf.layers.lstm({ units: 3, returnSequences: true }) as never;
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 10, outputDim: 6, maskZero: true, inputShape: [4] }),
        dense({ units: 5 }),
        tf.layers.bidirectional({ layer: lstm, mergeMode: 'concat' }),
        tf.layers.gru({ units: 4 }),
        dense({ units: 2 }),
      ],
    });
    return { model, x: wholeNumbers([3, 4], 10) };
  },
  'an encoder whose states start a decoder, Dense on its steps'() {
    const [a, b] = [input(4, 6), input(3, 5)];
    const encoder = tf.layers.lstm({ units: 7, returnState: true });
    const [, h, c] = encoder.apply(chain(a, dense({ units: 6 }))) as tf.SymbolicTensor[];
    const decoder = tf.layers.lstm({ units: 7, returnSequences: true });
    const steps = decoder.apply(b, { initialState: [h, c] }) as tf.SymbolicTensor;
    const outputs = chain(steps, dense({ units: 6, activation: 'relu' }), dense({ units: 2 }));
    const model = tf.model({ inputs: [a, b], outputs });
    return { model, x: [randomTensor([2, 4, 6], 8), randomTensor([2, 3, 5], 9)] };
  },
  'layer normalizations: shared, frozen, in TimeDistributed'() {
    const norm = tf.layers.layerNormalization;
    const [a, shared] = [input(3, 6), norm({ gammaRegularizer: tf.regularizers.l2({ l2: 0.1 }) })];
    const b = chain(a, shared, dense({ units: 6, activation: 'relu' }), shared);
    const steps = tf.layers.timeDistributed({ layer: norm({ epsilon: 1e-5, center: false }) });
    const outputs = chain(b, steps, norm({ trainable: false }), dense({ units: 2 }));
    return { model: tf.model({ inputs: a, outputs }), x: randomTensor([2, 3, 6]) };
  },
  'frozen layers'() {
    const inner = tf.sequential({
      layers: [dense({ units: 6, inputShape: [4] }), tf.layers.batchNormalization()],
    });
    const frozen = dense({ units: 5, trainable: false });
    const half = dense({ units: 5 });
    const model = tf.sequential({ layers: [inner, frozen, half, dense({ units: 1 })] });
    inner.trainable = false;
    half.weights[0].trainable = false;
    return { model, x: randomTensor([3, 4]) };
  },
  'a frozen model in TimeDistributed'() {
    const layer = tf.sequential({ layers: [dense({ units: 4, inputShape: [9] })] });
    layer.trainable = false;
    const model = tf.sequential({
      layers: [tf.layers.timeDistributed({ layer, inputShape: [3, 9] }), dense({ units: 2 })],
    });
    return { model, x: randomTensor([2, 3, 9]) };
  },
};

/** All weights random: biases, means and variances too. */
function withRandomWeights({ model, x }: ModelCase): ModelCase {
  for (const [i, weight] of model.weights.entries()) {
    tf.tidy(() => {
      const values = randomTensor(weight.shape as number[], 7 + i);
      weight.write(/variance$/.test(weight.originalName) ? tf.add(tf.abs(values), 0.5) : values);
    });
  }
  return { model, x };
}

export const FLOAT_MODELS = Object.entries(BUILDERS).map(
  ([name, build]) => [name, () => withRandomWeights(build())] as const,
);
