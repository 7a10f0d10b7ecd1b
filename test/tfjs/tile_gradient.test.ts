import * as tf from '@tensorflow/tfjs';
import { registerTileGradient } from '../../src/tfjs/tile_gradient';
import { randomTensor } from '../support/values';

const CASES: Array<[shape: number[], reps: number[]]> = [
  [[3], [4]],
  [
    [1, 5],
    [7, 1],
  ],
  [
    [2, 3],
    [2, 3],
  ],
  [
    [2, 1, 3],
    [1, 4, 2],
  ],
  [
    [2, 3],
    [1, 1],
  ],
];

/** By the gradients of other ops alone. */
function expected(x: tf.Tensor, reps: number[], dy: tf.Tensor): tf.Tensor {
  const tiled = (x: tf.Tensor) =>
    reps.reduce((y, times, axis) => tf.concat(Array(times).fill(y), axis), x);
  return tf.grad((x) => tiled(x))(x, dy);
}

test.each(CASES)('%j tiled by %j has the gradient of concatenating', (shape, reps) => {
  const tfjsGradient = tf.getGradient('Tile');
  registerTileGradient();
  expect(tf.getGradient('Tile')).not.toBe(tfjsGradient);
  const x = randomTensor(shape, 1);
  const dy = randomTensor(
    shape.map((size, axis) => size * reps[axis]!),
    2,
  );
  const actual = tf.grad((x) => tf.tile(x, reps))(x, dy);
  expect(actual.shape).toEqual(shape);
  const want = expected(x, reps, dy).dataSync();
  actual.dataSync().forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 5));
});

test('the kernel Tile hands its gradient the input and the attribute reps', () => {
  const own = tf.getGradient('Tile');
  const seen: unknown[] = [];
  tf.unregisterGradient('Tile');
  tf.registerGradient({
    ...own!,
    gradFunc: (dy, saved, attrs) => {
      seen.push(
        (saved as tf.Tensor[]).map(({ shape }) => shape),
        attrs,
      );
      return own!.gradFunc(dy, saved, attrs);
    },
  });
  tf.grad((x) => tf.tile(x, [3, 2]))(tf.ones([1, 4]));
  expect(seen).toEqual([[[1, 4]], { reps: [3, 2] }]);
});

test('the layer normalization of tfjs goes through it', () => {
  const gradient = jest.spyOn(tf.getGradient('Tile')!, 'gradFunc');
  const layer = tf.layers.layerNormalization();
  const x = randomTensor([4, 8], 3);
  layer.apply(x);
  tf.grad((x) => layer.apply(x) as tf.Tensor)(x);
  expect(gradient).toHaveBeenCalled();
});
