import { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';

/**
 * The input of `model.predict`, as a list.
 * @throws if `x` is not one tensor for each input of the model, all with the same number of rows.
 */
export function checkInputs(model: LayersModel, x: Tensor | Tensor[], where: string): Tensor[] {
  const tensors = [x].flat();
  const shapes = tensors.map((tensor) => (tensor instanceof Tensor ? tensor.shape : undefined));
  const wanted = model.inputs.length;
  const rows = shapes[0]?.[0] ?? 0;
  if (tensors.length === wanted && rows > 0 && shapes.every((shape) => shape?.[0] === rows)) {
    return tensors;
  }
  const expected = `${wanted} tensor(s) with the same number of rows, at least one`;
  throw argumentError(where, 'x', expected, shapes.every((shape) => shape != null) ? shapes : x);
}
