import { log, maximum, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { sourceLayers } from '../../topology/source_layers';

/** Replaces smaller shares. float32 may round these to zero, on a GPU sooner than elsewhere, and log(0) is infinite. */
const SMALLEST_SHARE = 1e-30;

/**
 * The function that turns the outputs of a model into logits. It changes nothing, except that it takes the
 * logarithm after a softmax, as softmax(log(softmax(z)) / T) = softmax(z / T).
 * @throws if the model ends with a sigmoid, whose outputs are not shares of one whole.
 */
export function toLogits(model: LayersModel, argument: string): (outputs: Tensor) => Tensor {
  const activation = lastActivation(model);
  if (activation === 'sigmoid') {
    throw argumentError(
      'distill',
      argument,
      'a model that ends with logits or softmax',
      activation,
    );
  }
  if (activation !== 'softmax') return (outputs) => outputs;
  return (outputs) => log(maximum(outputs, SMALLEST_SHARE));
}

function lastActivation({ outputs }: LayersModel): string | undefined {
  const [last] = sourceLayers(outputs[0]!, () => false);
  if (last!.getClassName() === 'Softmax') return 'softmax';
  return last!.getConfig()['activation'] as string | undefined;
}
