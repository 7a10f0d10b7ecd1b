import { cast, dispose, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { ready } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import 'tfjs-bitcore/vision'; // its layers, for models that have some
import { padded, sizeOf, slice, zerosOf, type Rows } from './rows';
import { signatureOf, type Signature } from './signature';

/** Long enough for V8 to optimize the microkernels, and for their calibration. */
const WARM_UP_MS = 600;

/** @throws if a layer keeps state. */
function refuseState({ layers }: LayersModel): void {
  const stateful = layers.find((layer) => layer.stateful);
  if (stateful == null) return;
  throw new Error(
    `the layer "${stateful.name}" must not be stateful, or what it keeps of one client's rows ` +
      `would change the outputs of another.`,
  );
}

/** A model that computes rows. */
export class ServedModel {
  readonly signature: Signature;

  private constructor(readonly layers: LayersModel) {
    this.signature = signatureOf(layers);
  }

  /** @throws if the folder holds no model, a damaged one, or one that cannot be served. */
  static async load(path: string): Promise<ServedModel> {
    await ready();
    try {
      const model = await loadLayersModel(folder(path));
      refuseState(model);
      return new ServedModel(model);
    } catch (error) {
      throw new Error(`No model could be loaded from ${path}: ${(error as Error).message}`);
    }
  }

  /**
   * The outputs for some rows, all in one pass. Where the model fixes the size of a batch, copies of a row
   * fill it up; there may be no more rows than that.
   */
  async predict(rows: Rows): Promise<Rows> {
    const { batch } = this.signature;
    if (batch == null) return this.compute(rows);
    return slice(await this.compute(padded(rows, batch)), 0, rows.count);
  }

  private async compute({ count, tensors }: Rows): Promise<Rows> {
    const outputs = tidy(() => {
      const inputs = tensors.map(({ data, shape }, i) =>
        tensor(data, [count, ...shape], this.signature.inputs[i]!.dtype),
      );
      // predict() would cut the rows into batches, and join their outputs.
      const outputs = [this.layers.apply(inputs) as Tensor | Tensor[]].flat();
      return outputs.map((output, i) => cast(output, this.signature.outputs[i]!.dtype));
    });
    try {
      this.checkRows(outputs, count);
      const data = await Promise.all(outputs.map((output) => output.data<'float32' | 'int32'>()));
      const values = outputs.map(({ shape }, i) => ({ data: data[i]!, shape: shape.slice(1) }));
      return { count, tensors: values };
    } finally {
      dispose(outputs);
    }
  }

  /** Batches hold the rows of several clients, so each output must have one row for each of them. */
  private checkRows(outputs: readonly Tensor[], count: number): void {
    for (const [i, { shape }] of outputs.entries()) {
      if (shape[0] === count) continue;
      const { name } = this.signature.outputs[i]!;
      throw new Error(
        `Output "${name}" must have a row for each of ${count}, got shape [${shape}].`,
      );
    }
  }

  /**
   * Runs batches of one row and of `maxBatch` rows, so that the first requests are not slow.
   * @returns why there was no warm-up, or undefined. The model serves nevertheless.
   */
  async warmUp(maxBatch: number): Promise<string | undefined> {
    const open = this.signature.inputs.find(({ shape }) => shape.includes(null));
    // Which sizes the model can take, only its clients know.
    if (open != null) return `input "${open.name}" has sizes that the model leaves open`;
    const end = performance.now() + WARM_UP_MS;
    try {
      do {
        for (const count of [1, maxBatch]) await this.predict(this.zeros(count));
      } while (performance.now() < end);
    } catch (error) {
      return `rows of zeros gave an error: ${(error as Error).message}`;
    }
    return undefined;
  }

  private zeros(count: number): Rows {
    const tensors = this.signature.inputs.map(({ dtype, shape }) => {
      const row = shape.map(Number);
      return { data: zerosOf(dtype, count * sizeOf(row)), shape: row };
    });
    return { count, tensors };
  }
}
