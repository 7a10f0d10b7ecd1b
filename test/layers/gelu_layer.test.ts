import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, GELU, gelu, geluLayer } from '../../src';
import { apply, gradients } from '../support/layers';
import { memory } from '../support/leaks';
import { inMemory } from '../support/saving';
import { expectIdentical, randomTensor } from '../support/values';

const FORMS = ['erf', 'tanh'] as const;

test.each(FORMS)('%s: output and gradient are those of the op', (form) => {
  const [x, dy] = [randomTensor([3, 2, 5], 1), randomTensor([3, 2, 5], 2)];
  const actual = gradients(geluLayer({ form }), x, dy);
  expectIdentical(actual.y, gelu(x, form));
  const loss = (input: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(gelu(input, form), dy));
  expectIdentical(actual.dx, tf.grad(loss)(x));
});

test('the form is erf unless named, and integers are cast', () => {
  const x = tf.tensor1d([-2, 0, 3], 'int32');
  expectIdentical(apply(geluLayer(), x), gelu(tf.cast(x, 'float32')));
});

test('is saved, loaded and deployed with its form, and passes a mask on', async () => {
  const model = tf.sequential();
  model.add(tf.layers.embedding({ inputDim: 9, outputDim: 6, maskZero: true, inputShape: [4] }));
  model.add(geluLayer({ form: 'tanh' }));
  model.add(bitLinear({ units: 5 }));
  model.add(tf.layers.simpleRNN({ units: 3 }));
  const x = tf.tensor2d([[1, 2, 3, 0], [4, 0, 0, 0]]); // prettier-ignore
  for (const source of [model, deploy(model)]) {
    const loaded = await inMemory(source);
    expect((loaded.layers[1] as GELU).form).toBe('tanh');
    expectIdentical(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  }
  const mask = tf.tensor2d([[1, 0]], [1, 2], 'bool');
  expect(geluLayer().computeMask(tf.ones([1, 2, 6]), mask)).toBe(mask);
});

test('trains in fit without leaks', async () => {
  const model = tf.sequential();
  model.add(bitLinear({ units: 4, inputShape: [6] }));
  model.add(geluLayer());
  model.add(bitLinear({ units: 1 }));
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  const [x, y] = [randomTensor([20, 6]), randomTensor([20, 1])];
  const fit = () => model.fit(x, y, { epochs: 1, batchSize: 4, verbose: 0 });
  await fit();
  const before = memory();
  await fit();
  expect(memory()).toEqual(before);
});

test('another form is refused', () => {
  expect(() => geluLayer({ form: 'quick' as never, name: 'g' })).toThrow(
    `GELU layer "g": form must be 'erf' or 'tanh', got "quick".`,
  );
});
