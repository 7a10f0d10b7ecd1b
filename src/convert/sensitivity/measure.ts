import { dispose, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { batchSizeOf } from '../../topology/batch_size';
import { fromZeroStates } from '../../topology/model_states';
import { recordInputs } from '../../topology/record_inputs';
import { RelativeError } from './relative_error';

/** A layer of the float model, and the ternary layer that replaces it. */
export interface LayerPair {
  readonly float: layers.Layer;
  readonly ternary: layers.Layer;
}

/** Relative errors of a layer (0 without one) and of the output of the model. */
export interface Errors {
  readonly layerError: number;
  readonly outputError: number;
}

/** Compares two models on the same rows, and a pair of their layers on the inputs of the float layer. */
export async function measure(
  float: LayersModel,
  ternary: LayersModel,
  pair: LayerPair | undefined,
  x: Tensor[],
): Promise<Errors> {
  const layer = new RelativeError();
  const outputs = float.outputs.map(() => new RelativeError());
  const [rows, size] = [x[0]!.shape[0], batchSizeOf(float)];
  await fromZeroStates([float, ternary], async () => {
    for (let start = 0; start < rows; start += size) {
      const batch = x.map((tensor) => slice(tensor, start, Math.min(size, rows - start)));
      try {
        await addBatch(float, ternary, pair, batch, { layer, outputs });
      } finally {
        dispose(batch);
      }
    }
  });
  return { layerError: layer.value, outputError: Math.max(...outputs.map(({ value }) => value)) };
}

async function addBatch(
  float: LayersModel,
  ternary: LayersModel,
  pair: LayerPair | undefined,
  batch: Tensor[],
  errors: { layer: RelativeError; outputs: RelativeError[] },
): Promise<void> {
  const inputs: Tensor[] = [];
  const expected = predictRecording(float, pair?.float, batch, inputs);
  try {
    const actual = predict(ternary, batch);
    for (const [i, error] of errors.outputs.entries()) await error.add(expected[i]!, actual[i]!);
    for (const input of inputs) {
      await errors.layer.add(call(pair!.float, input), call(pair!.ternary, input));
    }
  } finally {
    dispose([expected, inputs]);
  }
}

/** The outputs for a batch; `inputs` receives the inputs of the layer during the pass. */
function predictRecording(
  model: LayersModel,
  layer: layers.Layer | undefined,
  batch: Tensor[],
  inputs: Tensor[],
): Tensor[] {
  const restore = layer == null ? undefined : recordInputs(layer, inputs);
  try {
    return predict(model, batch);
  } catch (error) {
    dispose(inputs);
    throw error;
  } finally {
    restore?.();
  }
}

function predict(model: LayersModel, batch: Tensor[]): Tensor[] {
  return [model.predict(batch, { batchSize: batchSizeOf(model) })].flat();
}

function call(layer: layers.Layer, input: Tensor): Tensor {
  return layer.call(input, {}) as Tensor;
}
