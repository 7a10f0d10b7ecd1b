import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { LabelledImages } from './images';
import { interleavedMedians } from './median';

/** Fraction of the images whose largest score is that of the right class. */
export function accuracy(model: tf.LayersModel, { images, labels }: LabelledImages): number {
  return tf.tidy(() => {
    const scores = model.predict(images, { batchSize: 500 }) as tf.Tensor2D;
    const right = tf.equal(tf.argMax(scores, 1), tf.cast(labels, 'int32'));
    return tf.sum(tf.cast(right, 'int32')).dataSync()[0] / images.shape[0];
  });
}

/** Bytes of the weights of a model saved in a folder. */
export async function weightBytes(path: string): Promise<number> {
  const json = await readFile(join(path, 'model.json'), 'utf8');
  const { weightsManifest } = JSON.parse(json) as tf.io.ModelJSON;
  const files = weightsManifest.flatMap(({ paths }) => paths);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(path, file))).size));
  return sizes.reduce((total, size) => total + size, 0);
}

/** Median milliseconds that each model takes for one image. */
export function latencies(models: tf.LayersModel[], { images }: LabelledImages): number[] {
  const image = tf.slice(images, [0, 0], [1, 784]);
  const predict = (model: tf.LayersModel) => () => {
    const scores = model.predict(image) as tf.Tensor;
    scores.dataSync();
    scores.dispose();
  };
  return interleavedMedians(models.map(predict), 200);
}
