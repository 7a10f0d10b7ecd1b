import * as tf from '@tensorflow/tfjs';
import { bitConv2d, bitLinear, multiHeadAttention, sparsityGate } from '../../src';
import { visionTransformer } from '../../src/vision';
import { randomTensor, wholeNumbers } from './values';

export interface ModelCase {
  readonly model: tf.LayersModel;
  readonly x: tf.Tensor | tf.Tensor[];
}

const input = (shape: number[]) => tf.input({ shape });
const add = (...inputs: unknown[]) => tf.layers.add().apply(inputs as tf.SymbolicTensor[]);
const symbolic = (value: unknown) => value as tf.SymbolicTensor;

/** Every way to put a BitLinear into a model that a saved model can express. */
export const MODELS: Record<string, () => ModelCase> = {
  sequential() {
    const model = tf.sequential();
    model.add(bitLinear({ units: 9, inputShape: [20], activation: 'relu', name: 'first' }));
    model.add(tf.layers.layerNormalization());
    model.add(bitLinear({ units: 5, kernelQuantizer: 'lsq', useBias: false }));
    model.add(tf.layers.dense({ units: 3, activation: 'softmax' }));
    return { model, x: randomTensor([4, 20]) };
  },
  'a shared layer'() {
    const [a, b] = [input([12]), input([12])];
    const shared = bitLinear({ units: 7, kernelQuantizer: 'paretoq' });
    const outputs = symbolic(add(shared.apply(a), shared.apply(b)));
    const model = tf.model({ inputs: [a, b], outputs });
    return { model, x: [randomTensor([4, 12], 1), randomTensor([4, 12], 2)] };
  },
  'a nested model used twice'() {
    const inner = tf.sequential({
      name: 'inner',
      layers: [
        bitLinear({ units: 6, inputShape: [10], activation: 'tanh', kernelQuantizer: 'twn' }),
        bitLinear({ units: 6, kernelQuantizer: { name: 'bitnet', perOutput: true } }),
      ],
    });
    const [a, b] = [input([10]), input([10])];
    const outputs = symbolic(bitLinear({ units: 2 }).apply(add(inner.apply(a), inner.apply(b))));
    const model = tf.model({ inputs: [a, b], outputs });
    return { model, x: [randomTensor([3, 10], 3), randomTensor([3, 10], 4)] };
  },
  'several inputs and outputs'() {
    const [a, b] = [input([8]), input([5])];
    const first = symbolic(bitLinear({ units: 6, name: 'left' }).apply(a));
    const second = symbolic(
      bitLinear({ units: 6, name: 'right', kernelQuantizer: 'lsq' }).apply(b),
    );
    const head = symbolic(tf.layers.dense({ units: 2 }).apply(first));
    const model = tf.model({ inputs: [a, b], outputs: [head, symbolic(add(first, second))] });
    return { model, x: [randomTensor([4, 8], 5), randomTensor([4, 5], 6)] };
  },
  'TimeDistributed(BitLinear)'() {
    const layer = bitLinear({ units: 4, kernelQuantizer: 'lsq' });
    const model = tf.sequential();
    model.add(tf.layers.timeDistributed({ layer, inputShape: [3, 9] }));
    model.add(bitLinear({ units: 2 }));
    return { model, x: randomTensor([2, 3, 9]) };
  },
  'TimeDistributed(model)'() {
    const layer = tf.sequential({
      name: 'inner',
      layers: [
        bitLinear({ units: 6, inputShape: [9], activation: 'relu' }),
        bitLinear({ units: 4, kernelQuantizer: 'paretoq' }),
      ],
    });
    const model = tf.sequential({
      layers: [tf.layers.timeDistributed({ layer, inputShape: [3, 9] })],
    });
    return { model, x: randomTensor([2, 3, 9]) };
  },
  'rank 4 after a convolution'() {
    const model = tf.sequential();
    model.add(tf.layers.conv2d({ filters: 5, kernelSize: 3, inputShape: [8, 8, 1] }));
    model.add(bitLinear({ units: 6, activation: 'relu' }));
    model.add(tf.layers.flatten());
    model.add(bitLinear({ units: 2, kernelQuantizer: { name: 'twn', factor: 0.5 } }));
    return { model, x: randomTensor([2, 8, 8, 1]) };
  },
  'a mask through it'() {
    const model = tf.sequential();
    model.add(tf.layers.embedding({ inputDim: 10, outputDim: 6, maskZero: true, inputShape: [4] }));
    model.add(bitLinear({ units: 5 }));
    model.add(tf.layers.simpleRNN({ units: 3 }));
    return { model, x: wholeNumbers([3, 4], 10) };
  },
  'sparsity gates'() {
    const inner = tf.sequential({
      name: 'inner',
      layers: [
        sparsityGate({ sparsity: 0.4, scope: 'block4', inputShape: [3, 18] }),
        bitLinear({ units: 7 }),
        tf.layers.timeDistributed({ layer: sparsityGate({ sparsity: 0.5 }) }),
      ],
    });
    const model = tf.sequential({
      layers: [inner, sparsityGate({ sparsity: 0.3, scope: 'tensor' }), bitLinear({ units: 4 })],
    });
    return { model, x: randomTensor([2, 3, 18]) };
  },
  'ternary convolutions, one of them shared'() {
    const image = input([9, 8, 3]);
    const first = symbolic(tf.layers.conv2d({ filters: 8, kernelSize: 3 }).apply(image));
    const same = { kernelSize: 3, padding: 'same', filters: 8 } as const;
    const shared = bitConv2d({ ...same, activation: 'relu', kernelQuantizer: 'lsq' });
    const block = symbolic(add(first, shared.apply(shared.apply(first) as tf.SymbolicTensor)));
    const inner = tf.sequential({
      name: 'inner',
      layers: [
        bitConv2d({ ...same, filters: 6, strides: 2, inputShape: [7, 6, 8] }),
        tf.layers.batchNormalization(),
        bitConv2d({ filters: 4, kernelSize: 2, dilationRate: 2, useBias: false }),
        bitConv2d({
          ...{ filters: 5, kernelSize: 1, kernelQuantizer: 'paretoq' },
          inputQuantizer: { name: 'int8', per: 'position' },
        }),
      ],
    });
    const pooled = tf.layers.globalAveragePooling2d({}).apply(inner.apply(block) as typeof image);
    return {
      model: tf.model({ inputs: image, outputs: symbolic(pooled) }),
      x: randomTensor([2, 9, 8, 3]),
    };
  },
  'attention and what it is made of'() {
    const [a, b] = [input([5, 8]), input([7, 6])];
    const own = multiHeadAttention({
      numHeads: 2,
      keyDim: 3,
      causal: true,
      alibi: true,
      name: 'own',
    });
    const crossed = multiHeadAttention({
      numHeads: 3,
      keyDim: 4,
      valueDim: 2,
      outputDim: 5,
      kernelQuantizer: 'lsq',
      useBias: false,
      subNormalization: true,
    });
    const outputs = symbolic(crossed.apply([symbolic(own.apply(a)), b]));
    const model = tf.model({ inputs: [a, b], outputs });
    return { model, x: [randomTensor([3, 5, 8], 7), randomTensor([3, 7, 6], 8)] };
  },
  'a vision transformer'() {
    const sizes = { imageSize: 4, patchSize: 2, width: 6, depth: 2, numHeads: 2, mlpWidth: 8 };
    return { model: visionTransformer(sizes), x: randomTensor([2, 4, 4, 3]) };
  },
};

export function predictions(model: tf.LayersModel, x: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
  return [model.predict(x)].flat();
}

/** The leaves of a model's weights by name, as arrays. */
export function weightValues(model: tf.LayersModel): Record<string, number[]> {
  return Object.fromEntries(
    model.weights.map((w) => [w.originalName, [...w.read().dataSync()]] as const),
  );
}

export function structureOf(model: tf.LayersModel) {
  return {
    className: model.getClassName(),
    name: model.name,
    layers: model.layers.map((layer): [string, string, number] => [
      layer.name,
      layer.getClassName(),
      layer.inboundNodes.length,
    ]),
    inputs: model.inputs.map((tensor) => tensor.shape),
    outputs: model.outputs.map((tensor) => tensor.shape),
  };
}
