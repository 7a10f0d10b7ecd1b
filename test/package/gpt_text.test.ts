import * as tf from '@tensorflow/tfjs';
import { encodeText, verses, windowsAt } from '../../examples/gpt/text';

beforeAll(() => tf.setBackend('cpu'));

test('verses lose only their places; a line that is not a verse is refused', () => {
  expect(verses('Ge1:1 In the\n1Sa2:31 12:3 and\n')).toBe('In the\n12:3 and\n');
  for (const printed of ['Ge1:1 In the\nof it', '\nGenesis 1\n\n  1 In', '']) {
    expect(() => verses(printed)).toThrow('The command "bible" printed a line that is not a verse');
  }
});

test('the last tenth is kept for validation, and characters are numbered in their order', () => {
  const { characters, train, validation } = encodeText('cab'.repeat(10), 2);
  expect(characters).toEqual(['a', 'b', 'c']);
  expect([...train]).toEqual(Array.from({ length: 27 }, (_, i) => [2, 0, 1][i % 3]));
  expect([...validation]).toEqual([2, 0, 1]);
  expect(() => encodeText('cab'.repeat(10), 3)).toThrow('at least 40 characters, got 30');
});

test('a window is followed by itself, a character later', () => {
  const { xs, ys } = windowsAt(Int32Array.from([0, 1, 2, 1, 0]), [0, 2], 2, 3);
  const codes = [xs, ys].map((part) => tf.argMax(part, 2).arraySync());
  expect(codes).toEqual([[[0, 1], [2, 1]], [[1, 2], [1, 0]]]); // prettier-ignore
  expect([xs.dtype, xs.shape]).toEqual(['float32', [2, 2, 3]]);
  expect(tf.sum(xs).dataSync()[0]).toBe(4);
});
