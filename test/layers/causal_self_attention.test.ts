import * as tf from '@tensorflow/tfjs';
import { CausalSelfAttention, causalSelfAttention } from '../../src';
import { memory } from '../support/leaks';
import { inMemory } from '../support/saving';
import { expectClose, randomFloats } from '../support/values';

const [BATCH, TIME, WIDTH, HEADS] = [2, 5, 8, 2];
const DEPTH = WIDTH / HEADS;
const SIZE = BATCH * TIME * WIDTH;

type Values = [q: number[], k: number[], v: number[]];

const values = [1, 2, 3].map((seed) => [...randomFloats(SIZE, seed)]) as Values;
const layer = causalSelfAttention({ numHeads: HEADS });

function apply(inputs: ArrayLike<number>[]): tf.Tensor {
  const tensors = inputs.map((x) => tf.tensor3d(Float32Array.from(x), [BATCH, TIME, WIDTH]));
  const output = layer.apply(tensors) as tf.Tensor;
  tf.dispose(tensors);
  return output;
}

function outputs(inputs: ArrayLike<number>[]): Float32Array {
  return tf.tidy(() => apply(inputs).dataSync() as Float32Array);
}

/** The formula, position by position, in doubles. */
function reference([q, k, v]: Values): number[] {
  const result = new Array<number>(SIZE).fill(0);
  for (let batch = 0; batch < BATCH; batch++) {
    for (let head = 0; head < HEADS; head++) {
      const at = (time: number, i: number) => (batch * TIME + time) * WIDTH + head * DEPTH + i;
      const dims = Array.from({ length: DEPTH }, (_, i) => i);
      for (let t = 0; t < TIME; t++) {
        const weights = Array.from({ length: t + 1 }, (_, s) => {
          const product = dims.reduce((sum, i) => sum + q[at(t, i)] * k[at(s, i)], 0);
          const slope = [1 / 16, 1 / 256][head];
          return Math.exp(product / Math.sqrt(DEPTH) - slope * (t - s));
        });
        const total = weights.reduce((a, b) => a + b);
        for (const i of dims) {
          for (const [s, weight] of weights.entries()) {
            result[at(t, i)] += (weight / total) * v[at(s, i)];
          }
        }
      }
    }
  }
  return result;
}

test('computes the formula', () => {
  expectClose(outputs(values), reference(values), 1e-5);
});

test('a later position changes no output before it, to the bit', () => {
  const before = outputs(values);
  const changed = values.map((input) =>
    input.map((x, i) => (Math.floor(i / WIDTH) % TIME >= 3 ? 50 - 3 * x : x)),
  );
  const after = outputs(changed);
  const isEarly = (i: number) => Math.floor(i / WIDTH) % TIME < 3;
  expect(after.filter((_, i) => isEarly(i))).toEqual(before.filter((_, i) => isEarly(i)));
  const late = [...after.keys()].filter((i) => !isEarly(i));
  expect(late.every((i) => after[i] !== before[i])).toBe(true);
});

test('fewer queries than keys are the end of them', () => {
  const last = tf.tidy(() => {
    const [q, k, v] = values.map((x) => tf.tensor3d(x, [BATCH, TIME, WIDTH]));
    const query = tf.slice(q, [0, TIME - 1, 0], [BATCH, 1, WIDTH]);
    return (layer.apply([query, k, v]) as tf.Tensor).dataSync();
  });
  const all = reference(values);
  const rows = [0, 1].flatMap((batch) =>
    all.slice((batch * TIME + TIME - 1) * WIDTH).slice(0, WIDTH),
  );
  expectClose(last, rows, 1e-5);
});

test('gradients are those of the formula, by differences', () => {
  const weights = randomFloats(SIZE, 4);
  const score = (inputs: Values) =>
    reference(inputs).reduce((sum, output, i) => sum + output * weights[i], 0);
  const shape: [number, number, number] = [BATCH, TIME, WIDTH];
  const gradients = tf.tidy(() => {
    const f = (...inputs: tf.Tensor[]) => {
      const output = layer.apply(inputs) as tf.Tensor;
      return tf.sum<tf.Scalar>(tf.mul(output, tf.tensor3d(weights, shape)));
    };
    const inputs = values.map((x) => tf.tensor3d(x, shape));
    return tf
      .grads(f)(inputs)
      .map((gradient) => gradient.dataSync());
  });
  for (const [which, gradient] of gradients.entries()) {
    const expected = values[which].map((_, i) => {
      const moved = (step: number) =>
        values.map((x, w) =>
          w === which ? x.map((value, j) => (j === i ? value + step : value)) : x,
        ) as Values;
      return (score(moved(1e-5)) - score(moved(-1e-5))) / 2e-5;
    });
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
    expectClose(gradient, expected, 1e-4);
  }
});

test('is saved and loaded with its heads', async () => {
  const inputs = [0, 1, 2].map(() => tf.input({ shape: [TIME, WIDTH] }));
  const attention = causalSelfAttention({ numHeads: HEADS, name: 'attention' });
  const model = tf.model({ inputs, outputs: attention.apply(inputs) as tf.SymbolicTensor });
  const loaded = await inMemory(model);
  expect(loaded.getLayer('attention').getConfig()).toMatchObject({ numHeads: HEADS });
  const result = tf.tidy(() => {
    const tensors = values.map((x) => tf.tensor3d(x, [BATCH, TIME, WIDTH]));
    return (loaded.predict(tensors) as tf.Tensor).dataSync();
  });
  expectClose(result, reference(values), 1e-5);
});

test('leaves no tensors behind', () => {
  outputs(values);
  const before = memory();
  outputs(values);
  expect(memory()).toEqual(before);
});

test('says what is wrong with its options and inputs', () => {
  expect(() => causalSelfAttention({ numHeads: 0 })).toThrow(
    'CausalSelfAttention: numHeads must be a positive integer, got 0.',
  );
  expect(() => causalSelfAttention({ numHead: 2 } as never)).toThrow(
    'CausalSelfAttention: options has no "numHead". Did you mean "numHeads"?',
  );
  expect(() => new CausalSelfAttention({ numHeads: 1.5, name: 'a' })).toThrow(
    'CausalSelfAttention layer "a": numHeads must be a positive integer, got 1.5.',
  );
  const inputs = [0, 1, 2].map(() => tf.input({ shape: [TIME, WIDTH] }));
  const odd = causalSelfAttention({ numHeads: 3, name: 'b' });
  expect(() => odd.apply(inputs)).toThrow('numHeads (3) dividing the width, got [[null,5,8]');
  const two = causalSelfAttention({ numHeads: 2, name: 'c' });
  expect(() => two.apply(inputs.slice(1))).toThrow('layer "c": inputs must be three of shape');
});

test('more queries than keys are refused', () => {
  const [long, short] = [tf.zeros([1, TIME, WIDTH]), tf.zeros([1, TIME - 1, WIDTH])];
  expect(() => causalSelfAttention({ numHeads: 2, name: 'd' }).apply([long, short, short])).toThrow(
    'layer "d": inputs k and v must be of at least as many times as q (5), got 4.',
  );
  tf.dispose([long, short]);
});
