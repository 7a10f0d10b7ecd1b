import * as tf from '@tensorflow/tfjs';
import { ready } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import { sizeOf, type Rows } from './rows';
import { signatureOf, type Signature } from './signature';

/** Long enough for V8 to optimize the microkernels, and for their calibration. */
const WARM_UP_MS = 600;

/** A model that computes rows. */
export class ServedModel {
  readonly signature: Signature;

  private constructor(readonly layers: tf.LayersModel) {
    this.signature = signatureOf(layers);
  }

  /** @throws if the folder holds no model, or a damaged one. */
  static async load(path: string): Promise<ServedModel> {
    await ready();
    try {
      return new ServedModel(await tf.loadLayersModel(folder(path)));
    } catch (error) {
      throw new Error(`No model could be loaded from ${path}: ${(error as Error).message}`);
    }
  }

  /** The outputs for some rows, all in one pass. */
  async predict({ count, tensors }: Rows): Promise<Rows> {
    const outputs = tf.tidy(() => {
      const inputs = tensors.map(({ data, shape }, i) =>
        tf.tensor(data, [count, ...shape], this.signature.inputs[i].dtype),
      );
      // predict() would cut the rows into batches, and join their outputs.
      return [this.layers.apply(inputs) as tf.Tensor | tf.Tensor[]].flat();
    });
    try {
      const data = await Promise.all(outputs.map((output) => output.data<'float32' | 'int32'>()));
      const values = outputs.map(({ shape }, i) => ({ data: data[i], shape: shape.slice(1) }));
      return { count, tensors: values };
    } finally {
      tf.dispose(outputs);
    }
  }

  /** Runs batches of one row and of `maxBatch` rows, so that the first requests are not slow. */
  async warmUp(maxBatch: number): Promise<void> {
    const end = performance.now() + WARM_UP_MS;
    do {
      for (const count of [1, maxBatch]) await this.predict(this.zeros(count));
    } while (performance.now() < end);
  }

  private zeros(count: number): Rows {
    const tensors = this.signature.inputs.map(({ dtype, shape }) => {
      const row = shape.map((size) => size ?? 1);
      const data = new (dtype === 'int32' ? Int32Array : Float32Array)(count * sizeOf(row));
      return { data, shape: row };
    });
    return { count, tensors };
  }
}
