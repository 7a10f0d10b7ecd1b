import * as tf from '@tensorflow/tfjs';
import { buildNet, type Kind } from '../../examples/gpt/net';
import { windowsAt } from '../../examples/gpt/text';
import { sample, Writer } from '../../examples/gpt/writer';
import { expectClose } from '../support/values';

const SHAPE = { vocabulary: 7, layers: 2, width: 16, heads: 2 };
const CONTEXT = 8;
const CODES = [3, 1, 4, 1, 5, 2, 6, 5];

beforeAll(() => tf.setBackend('cpu'));

test.each(['float', 'bitnet', 'stock'] as Kind[])(
  '%s: keeping keys and values changes no logit',
  (kind) => {
    const net = buildNet(SHAPE, kind, 1);
    const logits = tf.tidy(() => {
      const { xs } = windowsAt(Int32Array.from([...CODES, 0]), [0], CONTEXT, SHAPE.vocabulary);
      return (net.predict(xs) as tf.Tensor3D).arraySync()[0];
    });
    const writer = new Writer(net, SHAPE, CONTEXT);
    expectClose(writer.read(CODES.slice(0, 3)), logits[2], 1e-5);
    for (let i = 3; i < CODES.length; i++) expectClose(writer.read([CODES[i]]), logits[i], 1e-5);
  },
);

test('writes past its context, and leaves no tensors behind', () => {
  const writer = new Writer(buildNet(SHAPE, 'float', 2), SHAPE, CONTEXT);
  const sampling = { temperature: 1, seed: 5 };
  const { numTensors } = tf.memory();
  const written = writer.write(CODES, 3 * CONTEXT, sampling);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(written).toHaveLength(3 * CONTEXT);
  expect(written.every((code) => code >= 0 && code < SHAPE.vocabulary)).toBe(true);
  expect(writer.write(CODES, 3 * CONTEXT, sampling)).toEqual(written);
  expect(writer.write(CODES, 3 * CONTEXT, { ...sampling, seed: 6 })).not.toEqual(written);
});

test('samples by cumulated probabilities; temperature 0 takes the likeliest', () => {
  const logits = Float32Array.from([0.1, 0.2, 0.7], Math.log);
  const drawn = [0, 0.099, 0.101, 0.299, 0.301, 0.999].map((chance) => sample(logits, 1, chance));
  expect(drawn).toEqual([0, 0, 1, 1, 2, 2]);
  expect(sample(logits, 0, 0)).toBe(2);
  expect(sample(logits, 0.01, 0.0001)).toBe(2);
});
