import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { nonEmptyString } from '../../options/check';
import { nodesIn } from '../../tfjs/container_nodes';
import { outputTensors } from '../../tfjs/layer_nodes';

/** The option that names a layer. */
export const LAYER_NAME = {
  ...nonEmptyString,
  expected: 'the name of a layer',
  required: true,
} as const;

/** The output of the layer of that name. @throws if there is none, or it has several outputs. */
export function outputOf(model: LayersModel, name: string, argument: string): SymbolicTensor {
  const layer = model.layers.find((candidate) => candidate.name === name);
  if (layer == null) {
    const names = JSON.stringify(model.layers.map((candidate) => candidate.name));
    throw argumentError('distill', argument, `one of the layers ${names}`, name);
  }
  const outputs = (nodesIn(model).get(layer) ?? []).flatMap(outputTensors);
  if (outputs.length !== 1) {
    throw argumentError('distill', argument, 'a layer with one output, used once', name);
  }
  return outputs[0]!;
}
