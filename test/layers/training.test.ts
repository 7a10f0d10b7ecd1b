import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { bitLinear, deploy } from '../../src';
import { none } from '../../src/quantizers/input/none';
import { trainableProduct } from '../../src/ops/trainable_product';
import { apply, builtLayer, gradients, weight } from '../support/layers';
import { KERNEL_QUANTIZERS, titled } from '../support/quantizers';
import { expectClose, expectIdentical, randomTensor } from '../support/values';
import { present } from '../support/present';

/** A task that a small net can learn: the sign of the first input times the second. */
function task(): { x: tf.Tensor; y: tf.Tensor } {
  const x = randomTensor([64, 8]);
  const [a, b] = [tf.slice(x, [0, 0], [64, 1]), tf.slice(x, [0, 1], [64, 1])];
  return { x, y: tf.mul(tf.sign(a), b) };
}

describe.each(titled(KERNEL_QUANTIZERS))('training with %s', (_, kernelQuantizer) => {
  test('fit reduces the loss', async () => {
    const model = tf.sequential();
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 3 });
    model.add(
      bitLinear({ units: 32, inputShape: [8], activation: 'relu', kernelQuantizer, kernelInitializer }),
    );
    model.add(tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotUniform({ seed: 4 }) }));
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
    const { x, y } = task();
    const { history } = await model.fit(x, y, { epochs: 15, batchSize: 16, shuffle: false, verbose: 0 });
    const losses = history['loss'] as number[];
    expect(losses.at(-1)).toBeLessThan(0.6 * losses[0]);
  });

  test('a loop of its own around optimizer.minimize reduces the loss', () => {
    const layer = builtLayer(8, { units: 1, kernelQuantizer });
    const { x } = task();
    const target = tf.add(tf.matMul(x as tf.Tensor2D, tf.ones([8, 1])), 1);
    const optimizer = tf.train.adam(0.02);
    const losses = Array.from({ length: 40 }, () => {
      const cost = () => tf.losses.meanSquaredError<tf.Tensor, tf.Scalar>(target, apply(layer, x));
      return present(optimizer.minimize(cost, true)).dataSync()[0];
    });
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]);
  });

  test('a deployed layer passes on the gradient that the trainable one did', () => {
    const layer = builtLayer(33, { units: 7, kernelQuantizer });
    const [x, dy] = [randomTensor([2, 5, 33], 4), randomTensor([2, 5, 7], 5)];
    const before = gradients(layer, x, dy);
    const after = gradients(layer.deploy(), x, dy);
    expectIdentical(after.y, before.y);
    expectClose(after.dx, before.dx, 1e-6);
    expect(layer.trainableWeights).toEqual([]);
  });

  test('the gradients are those of every other backend', async () => {
    const own = tf.getBackend();
    const onBackend = async (name: string) => {
      await tf.setBackend(name);
      const layer = builtLayer(50, { units: 9, kernelQuantizer }, 8);
      const { dx, weights } = gradients(layer, randomTensor([6, 50], 6), randomTensor([6, 9], 7));
      return { dx: dx.dataSync(), ...mapValues(weights, (w) => w.dataSync()) };
    };
    const leakCheck = tf.env().getBool('IS_TEST');
    tf.env().set('IS_TEST', false);
    try {
      const [cpu, wasm, here] = [await onBackend('cpu'), await onBackend('wasm'), await onBackend(own)];
      for (const name of Object.keys(cpu) as Array<keyof typeof cpu>) {
        expectClose(wasm[name], cpu[name], 1e-6);
        expectClose(here[name], cpu[name], 1e-6);
      }
    } finally {
      await tf.setBackend(own);
      tf.env().set('IS_TEST', leakCheck);
    }
  });
}); // prettier-ignore

function mapValues<A, B>(record: Record<string, A>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}

describe('layers around a deployed one', () => {
  test('train on below and above it, and it does not change', async () => {
    const model = tf.sequential();
    model.add(tf.layers.dense({ units: 8, inputShape: [8], activation: 'tanh' }));
    model.add(bitLinear({ units: 16, activation: 'relu' }));
    model.add(tf.layers.dense({ units: 1 }));
    const deployed = deploy(model);
    deployed.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
    const values = () => deployed.layers.map((layer) => layer.getWeights().map((w) => w.dataSync().slice()));
    const before = values();
    const { x, y } = task();
    const { history } = await deployed.fit(x, y, { epochs: 10, batchSize: 16, verbose: 0 });
    const losses = history['loss'] as number[];
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    const after = values();
    expect(after[1]).toEqual(before[1]);
    expect(after[0][0]).not.toEqual(before[0][0]);
    expect(after[2][0]).not.toEqual(before[2][0]);
  });

  test('a layer deployed in place leaves a new optimizer the others', () => {
    const [first, second] = [builtLayer(8, { units: 8 }), builtLayer(8, { units: 1 })];
    const { x, y } = task();
    const cost = () => tf.losses.meanSquaredError<tf.Tensor, tf.Scalar>(y, apply(second, apply(first, x)));
    const step = () => tf.train.adam(0.05).minimize(cost, true)?.dispose();
    step();
    second.deploy();
    const before = weight(first, 'kernel').dataSync().slice();
    for (let i = 0; i < 3; i++) step();
    expect(weight(first, 'kernel').dataSync()).not.toEqual(before);
    first.deploy();
    expect(() => step()).toThrow('variable');
  });

  test('trainable = false freezes kernel, bias and scale', async () => {
    const model = tf.sequential();
    model.add(bitLinear({ units: 8, inputShape: [8], kernelQuantizer: 'lsq', trainable: false }));
    model.add(tf.layers.dense({ units: 1 }));
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const frozen = model.layers[0];
    const values = () => frozen.getWeights().map((w) => w.dataSync().slice());
    const before = values();
    expect(frozen.trainableWeights).toEqual([]);
    const { x, y } = task();
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    expect(values()).toEqual(before);
    const deployed = deploy(model);
    expectIdentical(deployed.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  });

  test('a kernel regularizer adds to the loss until the layer is deployed', async () => {
    const kernelRegularizer = tf.regularizers.l2({ l2: 1 });
    const model = tf.sequential();
    model.add(tf.layers.dense({ units: 4, inputShape: [8] }));
    model.add(bitLinear({ units: 1, kernelRegularizer }));
    const { x, y } = task();
    const compiled = { optimizer: 'sgd', loss: 'meanSquaredError' } as const;
    const loss = async (m: tf.LayersModel) => {
      m.compile(compiled);
      const { history } = await m.fit(x, y, { epochs: 1, batchSize: 64, verbose: 0 });
      return (history['loss'] as number[])[0];
    };
    const kernel = weight(model.layers[1], 'kernel');
    const penalty = tf.sum(tf.square(kernel)).dataSync()[0];
    const deployed = deploy(model);
    const [trainable, packed] = [await loss(model), await loss(deployed)];
    expect(trainable - packed).toBeCloseTo(penalty, 4);
  });
}); // prettier-ignore

describe('the product of training', () => {
  const one = () => tf.tensor1d([1]);
  const product = (a: tf.Tensor, b: tf.Tensor) =>
    trainableProduct(a as tf.Tensor2D, { ternary: b, scale: one() }, undefined, none, 1e-5);

  test.each([[1, 1, 1], [3, 5, 2], [16, 70, 9], [33, 128, 65]])(
    'has the output and gradients of tf.matMul, %i x %i x %i', (m, k, n) => {
    const [a, b, dy] = [randomTensor([m, k], 1), randomTensor([k, n], 2), randomTensor([m, n], 3)];
    const plain = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b);
    expectIdentical(product(a, b), plain(a, b));
    const [actual, expected] = [tf.grads(product)([a, b], dy), tf.grads(plain)([a, b], dy)];
    expectClose(actual[0], expected[0], 1e-6);
    expectClose(actual[1], expected[1], 1e-6);
  }); // prettier-ignore

  test('is transposed explicitly on wasm, and only there', async () => {
    const [a, b] = [randomTensor([4, 5]), randomTensor([5, 6])];
    const { kernelNames } = await tf.profile(() => void tf.tidy(() => product(a, b).dataSync()));
    expect(kernelNames.includes('ExplicitTransposeMatMul')).toBe(tf.getBackend() === 'wasm');
  });

  async function products(run: () => unknown): Promise<number> {
    const { kernelNames, kernels } = await tf.profile(() => tf.tidy(() => (run(), undefined)));
    expect(kernelNames.length).toBeGreaterThan(0);
    return kernels.filter(({ name }) => /^(BatchMatMul|_FusedMatMul)$/.test(name)).length;
  }

  test('a first layer computes no gradient of its input', async () => {
    const layer = builtLayer(6, { units: 4 });
    const x = randomTensor([3, 6]);
    const loss = (x: tf.Tensor) => tf.sum<tf.Scalar>(apply(layer, x));
    const forward = await products(() => apply(layer, x));
    const weightsOnly = await products(() => tf.variableGrads(() => loss(x)));
    const inputOnly = await products(() => tf.grad(loss)(x));
    const weightsBelow = builtLayer(6, { units: 6 });
    const both = await products(() => tf.variableGrads(() => loss(apply(weightsBelow, x))));
    expect(weightsOnly - forward).toBe(1);
    expect(inputOnly - forward).toBe(1);
    // Two kernel gradients, and the input gradient of the upper layer alone.
    expect(both - 2 * forward).toBe(3);
  });
});
