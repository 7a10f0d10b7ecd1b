import { util, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, RNN } from '@tensorflow/tfjs-layers';
import { restoreStates } from '../../tfjs/layer_states';
import { statefulLayers } from '../../topology/model_states';
import { checkCount, otherThanSaved } from './other_than_saved';
import type { NamedTensor, TensorSpec } from './tensor_specs';

/** A stateful recurrent layer, with the names of its states: its number and theirs. */
interface Stateful {
  readonly layer: RNN;
  readonly states: ReadonlyArray<{ readonly name: string; readonly tensor: Tensor }>;
}

function namedStates(model: LayersModel): Stateful[] {
  return statefulLayers(model).map((layer, i) => ({
    layer,
    states: layer.getStates().map((tensor, j) => ({ name: `${i}/${j}`, tensor })),
  }));
}

export function recurrentTensors(model: LayersModel): NamedTensor[] {
  return namedStates(model).flatMap(({ layer, states }) =>
    states.map((state) => ({ ...state, label: `state "${state.name}" of layer "${layer.name}"` })),
  );
}

/** @throws if the saved states are not those of the model, in number, order, name, type and shape. */
export function checkRecurrentStates(
  where: string,
  model: LayersModel,
  saved: Map<string, TensorSpec>,
): void {
  const own = recurrentTensors(model);
  checkCount(where, 'number of recurrent states', saved.size, own.length);
  const specs = [...saved];
  for (const [i, { name, label, tensor }] of own.entries()) {
    const [savedName, { shape, dtype }] = specs[i]!;
    const isSame = savedName === name && dtype === tensor.dtype;
    if (isSame && util.arraysEqual(shape, tensor.shape)) continue;
    const actual = { name, dtype: tensor.dtype, shape: tensor.shape };
    throw otherThanSaved(where, label, { name: savedName, dtype, shape }, actual);
  }
}

/** Sets the states to tensors that `checkRecurrentStates` has passed. */
export function restoreRecurrentStates(model: LayersModel, tensors: NamedTensorMap): void {
  for (const { layer, states } of namedStates(model)) {
    restoreStates(
      layer,
      states.map(({ name }) => tensors[name]!),
    );
  }
}
