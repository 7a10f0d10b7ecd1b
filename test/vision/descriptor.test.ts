import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, verify } from '../../src';
import { binaryDescriptor, gemPooling, packBits, unitLength } from '../../src/vision';
import { memory } from '../support/leaks';
import {
  goldenTensor,
  goldenValues,
  readGolden,
  type GoldenTensor,
} from '../support/golden_vision';
import { inMemory } from '../support/saving';
import { expectClose, expectIdentical, randomTensor } from '../support/values';

const apply = (layer: tf.layers.Layer, x: tf.Tensor) => layer.apply(x) as tf.Tensor;

test('the sign and its gradient are those of the original', () => {
  const { signSTE } = readGolden<{
    signSTE: { x: GoldenTensor; y: GoldenTensor; upstream: number; dx: GoldenTensor };
  }>('metric');
  const [x, layer] = [goldenTensor(signSTE.x), binaryDescriptor()];
  expectIdentical(apply(layer, x), goldenValues(signSTE.y));
  const dx = tf.grad((x) => tf.sum(tf.mul(apply(layer, x), signSTE.upstream)))(x);
  expectIdentical(dx, goldenValues(signSTE.dx));
});

test('unit length: by the last axis, with the gradient of the formula, also where x is 0', () => {
  const x = tf.tensor2d([[3, 4], [0, 0], [0, -2]]); // prettier-ignore
  expectClose(apply(unitLength(), x), [0.6, 0.8, 0, 0, 0, -1], 1e-7);
  const dx = tf.grad((x) => tf.sum(tf.mul(apply(unitLength(), x), tf.tensor1d([1, 0]))))(x);
  expectClose(tf.slice(dx, [0], [1]), [0.128, -0.096], 1e-7);
  expectClose(tf.mul(tf.slice(dx, [1], [1]), 1e-12), [1, 0], 1e-6);
  expectClose(tf.slice(dx, [2], [1]), [0.5, 0], 1e-7);
});

test('one model gives the float and the binary descriptor, also deployed and loaded', async () => {
  const inputs = tf.input({ shape: [5, 8] });
  const tokens = bitLinear({ units: 8 }).apply(inputs);
  const descriptor = unitLength().apply(gemPooling({ units: 12 }).apply(tokens));
  const outputs = [descriptor, binaryDescriptor().apply(descriptor)] as tf.SymbolicTensor[];
  const model = tf.model({ inputs, outputs });
  const x = randomTensor([3, 5, 8]);
  const before = memory();
  tf.dispose(model.predict(x));
  expect(memory()).toEqual(before);

  const deployed = deploy(model);
  expect((await verify(model, deployed, x)).identical).toBe(true);
  const [floats, signs] = model.predict(x) as tf.Tensor[];
  const bits = packBits(floats!.dataSync() as Float32Array, 12);
  expect(bits).toEqual(packBits(signs!.dataSync() as Float32Array, 12));
  expectClose(tf.sum(tf.square(floats!), 1), [1, 1, 1], 1e-6);
  const loaded = (await inMemory(deployed)).predict(x) as tf.Tensor[];
  expectIdentical(loaded[0]!, floats!);
  expectIdentical(loaded[1]!, signs!);
});

test('a net trains through the signs', async () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 4, inputShape: [3] }), unitLength(), binaryDescriptor()],
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const before = model.getWeights()[0]!.dataSync();
  await model.fit(randomTensor([4, 3]), randomTensor([4, 4], 2), { epochs: 1, verbose: 0 });
  expect(model.getWeights()[0]!.dataSync()).not.toEqual(before);
});
