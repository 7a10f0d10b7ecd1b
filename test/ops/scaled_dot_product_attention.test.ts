import * as tf from '@tensorflow/tfjs';
import { scaledDotProductAttention } from '../../src';
import { attention } from '../../src/ops/attention';
import { attentionWeights, toHeads } from '../../src/ops/attention_weights';
import { memory } from '../support/leaks';
import { expectClose, expectIdentical, randomTensor } from '../support/values';
import { withoutKernel } from '../support/without_kernel';

const [BATCH, QUERIES, KEYS, HEADS, WIDTH, VALUE_WIDTH] = [2, 4, 6, 3, 5, 2];

const q = () => randomTensor([BATCH, QUERIES, HEADS, WIDTH], 1);
const k = () => randomTensor([BATCH, KEYS, HEADS, WIDTH], 2);
const v = () => randomTensor([BATCH, KEYS, HEADS, VALUE_WIDTH], 3);
/** The first query of the second example sees no key where attention is causal. */
const mask = () => tf.tensor2d([[1, 1, 0, 1, 0, 1], [0, 0, 0, 1, 1, 1]], [2, 6], 'bool'); // prettier-ignore
const CASES = [false, true].flatMap((causal) =>
  [false, true].map((masked) => ({ causal, masked })),
);

describe.each(CASES)('causal: $causal, masked: $masked', ({ causal, masked }) => {
  const dy = () => randomTensor([BATCH, QUERIES, HEADS, VALUE_WIDTH], 4);
  const op = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
    scaledDotProductAttention({ q, k, v, mask: masked ? mask() : undefined, causal });

  test('ops of tfjs compute the same, and their gradients, where the kernel is missing', () => {
    const all = () => [op(q(), k(), v()), ...tf.grads(op)([q(), k(), v()], dy())];
    const expected = withoutKernel('ScaledDotProductAttention', all);
    all().forEach((actual, i) => expectClose(actual, expected[i], i === 0 ? 1e-6 : 1e-4));
  });

  test('gradients are those of finite differences', () => {
    const inputs = [q(), k(), v()] as [tf.Tensor, tf.Tensor, tf.Tensor];
    const actual = tf.grads(op)(inputs, dy());
    const step = 2 ** -6;
    const loss = (which: number, moved: Float32Array) => {
      const at = inputs.map((x, i) => (i === which ? tf.tensor(moved, x.shape) : x));
      return tf.tidy(() => tf.sum(tf.mul(op(...(at as typeof inputs)), dy())).dataSync()[0]);
    };
    inputs.forEach((input, which) => {
      const values = input.dataSync() as Float32Array;
      const expected = [...values].map((_, i) => {
        const moved = [step, -step].map((by) =>
          loss(
            which,
            values.map((value, j) => (j === i ? value + by : value)),
          ),
        );
        return (moved[0] - moved[1]) / (2 * step);
      });
      expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
      expectClose(actual[which], expected, 1e-4);
    });
  });
});

test('slopes make keys cost more, the further they are', () => {
  const slopes = tf.tensor1d([0.5, 0.25, 0]);
  const attrs = { scale: 0.3, causal: true };
  const tensors = { q: q(), k: k(), v: v(), mask: tf.tensor1d([]), slopes };
  const weights = attentionWeights(tensors, attrs);
  expectClose(attention(tensors, attrs), toHeads(tf.matMul(weights, toHeads(v()))), 1e-6);
  const flat = attentionWeights({ ...tensors, slopes: tf.tensor1d([]) }, attrs);
  const ratio = tf.div(weights, flat); // the last query: e^(-0.5 * 3) between the keys 2 and 5
  const [near, far] = [5, 2].map((key) => tf.slice(ratio, [0, 0, 3, key], [1, 1, 1, 1]));
  expectClose(tf.div(far, near), [Math.exp(-1.5)], 1e-5);
});

test('the scale can be given, integers are cast, and nothing leaks', () => {
  const ordinary = scaledDotProductAttention({ q: q(), k: k(), v: v() });
  const given = { q: q(), k: tf.mul(k(), 2), v: v(), scale: 0.5 / Math.sqrt(WIDTH) };
  expectIdentical(scaledDotProductAttention(given), ordinary);
  const whole = tf.cast(tf.mul(k(), 3), 'int32');
  const asFloats = { q: q(), k: tf.cast(whole, 'float32'), v: v() };
  expectIdentical(
    scaledDotProductAttention({ ...asFloats, k: whole }),
    scaledDotProductAttention(asFloats),
  );
  const operands = { q: q(), k: k(), v: v(), mask: mask(), causal: true };
  const before = memory();
  scaledDotProductAttention(operands).dispose();
  tf.dispose(tf.grad((q) => scaledDotProductAttention({ ...operands, q }))(operands.q));
  expect(memory()).toEqual(before);
});

test('wrong operands', () => {
  const good = { q: q(), k: k(), v: v() };
  const refused = (options: object) => () => scaledDotProductAttention({ ...good, ...options });
  const says = (options: object, text: string) =>
    expect(refused(options)).toThrow(`scaledDotProductAttention: ${text}`);
  says({ q: tf.ones([2, 3]) }, 'q must be of shape [batch, queries, heads, keyWidth], keyWidth');
  says({ k: tf.ones([2, 6, 3, 4]) }, 'k must be of shape [2, keys, 3, 5], got [2,6,3,4].');
  says({ v: tf.ones([2, 5, 3, 4]) }, 'v must be of shape [2, 6, 3, valueWidth], got [2,5,3,4].');
  says({ mask: tf.ones([2, 5]) }, 'mask must be of shape [2, 6], got [2,5].');
  says({ scale: 0 }, 'scale must be a positive finite number, got 0.');
  says({ causal: 1 }, 'causal must be true or false, got 1.');
  says({ masks: mask() }, 'options has no "masks". Did you mean "mask"?');
  says(
    { q: tf.ones([2, 7, 3, 5]), causal: true },
    'k must be of at least 7 keys, one for each query, as causal is true, got 6.',
  );
});
