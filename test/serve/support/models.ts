import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy } from '../../../src';

export { newFolder, removeFolders, saved, savedWithoutDigests } from '../../support/folders';

/** The files of the weights in a folder lose their ends. */
export function cutWeights(path: string): void {
  for (const name of readdirSync(path)) {
    if (name.endsWith('.bin')) truncateSync(join(path, name), 10);
  }
}

/** 16 features, 4 outputs: ternary, deployed. */
export function ternaryNet(): tf.LayersModel {
  const model = tf.sequential();
  model.add(bitLinear({ units: 32, inputShape: [16], activation: 'relu', name: 'first' }));
  model.add(bitLinear({ units: 4, name: 'second' }));
  return deploy(model);
}

/** 16 features, which it repeats 80 times: answers are much larger than questions. */
export function repeatingNet(): tf.LayersModel {
  return tf.sequential({ layers: [tf.layers.repeatVector({ n: 80, inputShape: [16] })] });
}

const symbolic = (value: unknown) => value as tf.SymbolicTensor;

/** Inputs "pixels" [16] and "words" [3] (int32, below 10), outputs "score" [2] and "sum" [16]. */
export function twoInputsNet(): tf.LayersModel {
  const pixels = tf.input({ shape: [16], name: 'pixels' });
  const words = tf.input({ shape: [3], dtype: 'int32', name: 'words' });
  const embedded = tf.layers.embedding({ inputDim: 10, outputDim: 4 }).apply(words);
  const flat = tf.layers.flatten().apply(embedded);
  const left = symbolic(bitLinear({ units: 16, name: 'left' }).apply(pixels));
  const right = symbolic(bitLinear({ units: 16, name: 'right' }).apply(symbolic(flat)));
  const sum = symbolic(tf.layers.add({ name: 'sum' }).apply([left, right]));
  const score = symbolic(bitLinear({ units: 2, name: 'score' }).apply(sum));
  return deploy(tf.model({ inputs: [pixels, words], outputs: [score, sum] }));
}

/** Rows of any number of steps, each of 3 features; 2 outputs a step. */
export function sequenceNet(): tf.LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.timeDistributed({ layer: bitLinear({ units: 5 }), inputShape: [null, 3] }));
  model.add(bitLinear({ units: 2 }));
  return model;
}

/** Batches of 4 rows of 16 features, as the model fixes them; 2 outputs. */
export function fixedBatchNet(): tf.LayersModel {
  const layer = bitLinear({ units: 2, batchInputShape: [4, 16] });
  return deploy(tf.sequential({ layers: [layer] }));
}

/** The layer "memory" continues each batch where the one before ended. */
export function statefulNet(): tf.LayersModel {
  const memory = tf.layers.simpleRNN({
    units: 2,
    stateful: true,
    batchInputShape: [4, 3, 2],
    name: 'memory',
  });
  return tf.sequential({ layers: [memory] });
}

/** Rows are scalars. */
export function scalarNet(): tf.LayersModel {
  const input = tf.input({ shape: [] });
  const output = symbolic(tf.layers.activation({ activation: 'tanh' }).apply(input));
  return tf.model({ inputs: input, outputs: output });
}

/** Words (int32, below 10), 2 outputs. */
export function embeddingNet(): tf.LayersModel {
  const words = tf.input({ shape: [3], dtype: 'int32' });
  const embedded = tf.layers.embedding({ inputDim: 10, outputDim: 4 }).apply(words);
  const flat = symbolic(tf.layers.flatten().apply(embedded));
  return tf.model({ inputs: words, outputs: symbolic(bitLinear({ units: 2 }).apply(flat)) });
}

/** A layer that throws where a value is negative, and computes for a while. */
export class Touchy extends tf.layers.Layer {
  static readonly className = 'Touchy';
  /** How long a batch takes. */
  static milliseconds = 0;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = [inputs].flat()[0];
    const end = performance.now() + Touchy.milliseconds;
    while (performance.now() < end);
    if (x.dataSync().some((value) => value < 0)) throw new Error('A negative value.');
    return tf.mul(x, 2);
  }
}
tf.serialization.registerClass(Touchy);

/** Twice its 2 inputs, by a Touchy layer. */
export function touchyNet(): tf.LayersModel {
  const input = tf.input({ shape: [2] });
  return tf.model({ inputs: input, outputs: symbolic(new Touchy({}).apply(input)) });
}

/** Inputs "a" and "b" [4]; the outputs are both of the layer "shared". */
export function twiceNet(): tf.LayersModel {
  const [a, b] = ['a', 'b'].map((name) => tf.input({ shape: [4], name }));
  const shared = bitLinear({ units: 2, name: 'shared' });
  const outputs = [symbolic(shared.apply(a)), symbolic(shared.apply(b))];
  return tf.model({ inputs: [a, b], outputs });
}
