import { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { fixedBatchSize } from './batch_size';
import { statefulLayers } from './model_states';

/**
 * The input of `model.predict`, as a list.
 * @throws if `x` is not one tensor for each input of the model, all with the same number of rows, or if the
 * model has states for another number of rows.
 */
export function checkInputs(model: LayersModel, x: Tensor | Tensor[], where: string): Tensor[] {
  const tensors = [x].flat();
  const shapes = tensors.map((tensor) => (tensor instanceof Tensor ? tensor.shape : undefined));
  const wanted = model.inputs.length;
  const rows = shapes[0]?.[0] ?? 0;
  if (tensors.length === wanted && rows > 0 && shapes.every((shape) => shape?.[0] === rows)) {
    checkBatch(model, rows, where);
    return tensors;
  }
  const expected = `${wanted} tensor(s) with the same number of rows, at least one`;
  throw argumentError(where, 'x', expected, shapes.every((shape) => shape != null) ? shapes : x);
}

/** A stateful layer has a state for each row of a batch, which tfjs does not check. */
function checkBatch(model: LayersModel, rows: number, where: string): void {
  const batchSize = fixedBatchSize(model);
  if (batchSize == null || rows % batchSize === 0) return;
  const [stateful] = statefulLayers(model);
  if (stateful == null) return;
  const why = `the batch size of the stateful layer "${stateful.name}"`;
  throw argumentError(where, 'the number of rows in x', `a multiple of ${batchSize}, ${why}`, rows);
}
