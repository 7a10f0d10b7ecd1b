import { Tensor } from '@tensorflow/tfjs-core';
import { SymbolicTensor, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError, TWO_COPIES } from '../../errors';

export type LayerInputs = Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[];

/**
 * The shape of the one tensor that a layer is applied to.
 * @throws an error that names the layer by `label`, if the input is not one tensor of this copy of tfjs.
 */
export function shapeOfInput(inputs: LayerInputs, label: string): Shape {
  const tensors: Array<Tensor | SymbolicTensor> = Array.isArray(inputs) ? inputs : [inputs];
  for (const input of tensors) {
    if (input instanceof Tensor || input instanceof SymbolicTensor) continue;
    if (Array.isArray((input as Tensor | undefined)?.shape)) {
      throw new Error(`${label}: ${TWO_COPIES}`);
    }
    throw argumentError(label, 'input', 'a tensor', input);
  }
  const shapes = tensors.map(({ shape }) => shape);
  if (shapes.length !== 1) throw argumentError(label, 'input', 'one tensor', shapes);
  return shapes[0]!;
}
