import { cast, dispose, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { ready } from 'tfjs-bitcore';
import { folder } from 'tfjs-bitcore/folder';
import 'tfjs-bitcore/vision'; // its layers, for models that have some
import { padded, sizeOf, slice, zerosOf, type Rows } from './rows';
import { fitsShape, signatureOf, type Signature, type TensorSpec } from './signature';

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
  /** Whether a warm-up has shown that it cannot compute rows of zeros. */
  failsOnZeros = false;

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
   * @param shapes of a row of each input. Default: those of the model, if it leaves no size open.
   * @returns why there was no warm-up, or undefined. The model serves nevertheless.
   */
  async warmUp(
    maxBatch: number,
    shapes?: ReadonlyArray<readonly number[]>,
  ): Promise<string | undefined> {
    const { inputs } = this.signature;
    const reason = shapes == null ? openSizes(inputs) : misfit(inputs, shapes);
    if (reason != null) return reason;
    const rows = shapes ?? inputs.map(({ shape }) => shape.map(Number));
    const end = performance.now() + WARM_UP_MS;
    try {
      do {
        for (const count of [1, maxBatch]) await this.predict(this.zeros(count, rows));
      } while (performance.now() < end);
    } catch (error) {
      this.failsOnZeros = true;
      return `rows of zeros gave an error: ${(error as Error).message}`;
    }
    return undefined;
  }

  private zeros(count: number, shapes: ReadonlyArray<readonly number[]>): Rows {
    const tensors = this.signature.inputs.map(({ dtype }, i) => {
      const shape = shapes[i]!;
      return { data: zerosOf(dtype, count * sizeOf(shape)), shape };
    });
    return { count, tensors };
  }
}

/** Which sizes a model can take that it leaves open, only those know who use it. */
function openSizes(inputs: readonly TensorSpec[]): string | undefined {
  const open = inputs.find(({ shape }) => shape.includes(null));
  return open && `input "${open.name}" has sizes that the model leaves open`;
}

function misfit(
  inputs: readonly TensorSpec[],
  shapes: ReadonlyArray<readonly number[]>,
): string | undefined {
  if (shapes.length !== inputs.length) {
    return `a warm-up needs ${inputs.length} shapes, one for each input, got ${shapes.length}`;
  }
  const i = inputs.findIndex(({ shape }, i) => !fitsShape(shapes[i]!, shape));
  if (i < 0) return undefined;
  const expected = JSON.stringify(inputs[i]!.shape);
  return `the shape for a warm-up of "${inputs[i]!.name}" must be ${expected} (null is open), got ${JSON.stringify(shapes[i])}`;
}
