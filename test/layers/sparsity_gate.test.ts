import * as tf from '@tensorflow/tfjs';
import {
  bitLinear,
  convert,
  deploy,
  registerQuantizer,
  setSparsity,
  SparsityGate,
  sparsityGate,
  summary,
  verify,
} from '../../src';
import { sparsityGates } from '../../src/topology/set_sparsity';
import {
  goldenKernel,
  goldenTensor,
  readGolden,
  type GoldenTensor,
} from '../support/golden_vision';
import { apply } from '../support/layers';
import { MODELS } from '../support/models';
import { inMemory } from '../support/saving';
import { expectClose, expectIdentical, randomTensor } from '../support/values';

interface Golden {
  readonly x: GoldenTensor;
  readonly upstream: GoldenTensor;
  readonly weights: { readonly weight: GoldenTensor; readonly bias: GoldenTensor };
  readonly cases: ReadonlyArray<
    { readonly sparsity: number; readonly kept: number } & Record<
      'masked' | 'y' | 'dx' | 'dweight',
      GoldenTensor
    >
  >;
}

const golden = readGolden<Golden>('tat_sparse_linear');
const SPARSITIES = [0, 0.2, 0.4, 0.6];

/** TAT-VPR adds to the mean what 'bitnet' takes as its lower bound. */
registerQuantizer('tat', () => ({
  name: 'tat',
  options: {},
  quantize(kernel) {
    const scale = tf.add(tf.reshape(tf.mean(tf.abs(kernel)), [1]), 1e-5);
    return { ternary: tf.clipByValue(tf.round(tf.div(kernel, scale)), -1, 1), scale };
  },
}));

describe.each(golden.cases)('TAT-VPR at sparsity $sparsity', ({ sparsity, kept, ...expected }) => {
  test('what is kept, the outputs and the gradients are the original ones', () => {
    const gate = sparsityGate({ sparsity, scope: 'tensor' });
    const linear = bitLinear({ units: 6, inputQuantizer: 'none', kernelQuantizer: 'tat' });
    linear.build([null, null, 8]);
    linear.setWeights([goldenKernel(golden.weights.weight), goldenTensor(golden.weights.bias)]);
    const x = goldenTensor(golden.x);
    const masked = apply(gate, x);
    expectClose(masked, goldenTensor(expected.masked), 1e-6);
    expect(tf.notEqual(masked, 0).sum().dataSync()[0]).toBe(kept);
    const run = () => apply(linear, apply(gate, x)).mul(goldenTensor(golden.upstream)).sum();
    expectClose(apply(linear, masked), goldenTensor(expected.y), 1e-6);
    const { grads } = tf.variableGrads(run as () => tf.Scalar);
    const kernel = Object.entries(grads).find(([, { shape }]) => shape.length === 2)!;
    expectClose(kernel[1], goldenKernel(expected.dweight), 1e-5);
    const dx = tf.grad((x) => apply(linear, apply(gate, x)))(x, goldenTensor(golden.upstream));
    expectClose(dx, goldenTensor(expected.dx), 1e-6);
  });
});

test('setSparsity sets every gate, and deployed outputs equal the trained ones at each sparsity', async () => {
  const { model, x } = MODELS['sparsity gates']();
  const deployed = deploy(model);
  for (const sparsity of SPARSITIES) {
    for (const each of [model, deployed]) setSparsity(each, sparsity);
    expect(sparsityGates(deployed, '').map((gate) => gate.sparsity)).toEqual([
      sparsity,
      sparsity,
      sparsity,
    ]);
    const expected = model.predict(x) as tf.Tensor;
    expectIdentical(deployed.predict(x) as tf.Tensor, expected);
    expectIdentical((await inMemory(deployed)).predict(x) as tf.Tensor, expected);
    expect((await verify(model, deployed, x)).identical).toBe(true);
  }
  expect(summary(deployed).layers).toHaveLength(2);
});

test('a compiled model stays compiled, and trains at the sparsity that was set last', async () => {
  const gate = sparsityGate({ inputShape: [8] });
  const model = tf.sequential({ layers: [gate, bitLinear({ units: 2 })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const [x, y] = [randomTensor([4, 8]), randomTensor([4, 2])];
  const loss = () => (model.evaluate(x, y) as tf.Scalar).dataSync()[0];
  const dense = loss();
  setSparsity(model, 0.5);
  expect(loss()).not.toBe(dense);
  await model.fit(x, y, { epochs: 1, verbose: 0 });
  expect(gate.sparsity).toBe(0.5);
});

test.each(['token', 'block4'] as const)(
  '%s: an example does not depend on those of its batch',
  (scope) => {
    const layers = [
      sparsityGate({ scope, sparsity: 0.4, inputShape: [5, 18] }),
      bitLinear({ units: 4 }),
    ];
    const deployed = deploy(tf.sequential({ layers }));
    const x = randomTensor([6, 5, 18]);
    const together = deployed.predict(x) as tf.Tensor;
    for (let i = 0; i < 6; i++) {
      const alone = deployed.predict(tf.slice(x, i, 1)) as tf.Tensor;
      expectIdentical(alone, tf.slice(together, i, 1));
    }
  },
);

test('tensor: an example does', () => {
  const gate = sparsityGate({ scope: 'tensor', sparsity: 0.5 });
  const x = tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore
  expectIdentical(apply(gate, x), [0, 0, 3, 4]);
  expectIdentical(apply(gate, tf.slice(x, 0, 1)), [0, 2]);
});

test('convert leaves gates where they are', () => {
  const gate = sparsityGate({ sparsity: 0.25, scope: 'block4', inputShape: [12], name: 'gate' });
  const float = tf.sequential({
    layers: [gate, tf.layers.dense({ units: 4 }), tf.layers.dense({ units: 2 })],
  });
  const converted = convert(float).getLayer('gate') as SparsityGate;
  expect([converted.sparsity, converted.scope]).toEqual([0.25, 'block4']);
});

test('integers are cast, and a mask is passed on', () => {
  expectIdentical(
    apply(sparsityGate({ sparsity: 0.5 }), tf.tensor2d([[1, 2]], [1, 2], 'int32')),
    [0, 2],
  );
  const mask = tf.tensor2d([[1, 0]], [1, 2], 'bool');
  expect(sparsityGate().computeMask(tf.ones([1, 2, 6]), mask)).toBe(mask);
});

test('wrong arguments', () => {
  const range = 'sparsity must be a number of at least 0 and below 1, got ';
  const gate = sparsityGate({ sparsity: 0.5, name: 'g', inputShape: [4] });
  const model = tf.sequential({ layers: [gate] });
  for (const sparsity of [1, -0.1, NaN, '0.4'] as number[]) {
    expect(() => sparsityGate({ sparsity, name: 'n' })).toThrow(`SparsityGate layer "n": ${range}`);
    expect(() => setSparsity(model, sparsity)).toThrow(`setSparsity: ${range}`);
    expect(() => (gate.sparsity = sparsity)).toThrow(`SparsityGate layer "g": ${range}`);
  }
  expect(gate.sparsity).toBe(0.5);
  expect(() => sparsityGate({ scope: 'row' as never })).toThrow(
    `SparsityGate: scope must be 'tensor', 'token' or 'block4', got "row".`,
  );
  expect(() => sparsityGate({ keep: 0.5 } as never)).toThrow(
    'SparsityGate: options has no "keep". It takes sparsity, scope, name',
  );
  expect(() => apply(sparsityGate({ name: 'm' }), tf.ones([3]))).toThrow(
    'SparsityGate layer "m": input must be of rank 2 or more, [batch, ..., width], got [3].',
  );
  const none = tf.sequential({ layers: [bitLinear({ units: 1, inputShape: [2] })] });
  expect(() => setSparsity(none, 0.5)).toThrow('setSparsity: the model has no sparsityGate.');
  expect(() => setSparsity({} as never, 0.5)).toThrow(
    'setSparsity: model must be a tf.LayersModel',
  );
});

test('float32 inputs are not copied before they are gated', async () => {
  const x = randomTensor([2, 3, 8]);
  const gate = sparsityGate({ sparsity: 0.5 });
  const { kernelNames } = await tf.profile(() => apply(gate, x));
  expect(kernelNames).toContain('SparsityGate');
  expect(kernelNames).not.toContain('Cast');
});
