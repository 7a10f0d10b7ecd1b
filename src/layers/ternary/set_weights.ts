import { util, type Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { weightName } from '../../tfjs/layer_variable';
import type { LatentKernel } from './latent_kernel';
import type { PackedKernel } from './packed_kernel';

interface Setting {
  readonly label: string;
  readonly weights: readonly LayerVariable[];
  readonly kernel: LatentKernel | PackedKernel;
}

/**
 * Sets all weights of a ternary layer with `set`, in the order of `getWeights()`. A layer with a learned
 * scale also accepts the weights of its float counterpart, and then starts the scale from that kernel.
 * @throws if their number, a shape or a dtype differs, or packed weights are damaged. In these cases nothing has
 * changed.
 */
export function setTernaryWeights(
  { label, weights, kernel }: Setting,
  values: Tensor[],
  set: (values: Tensor[]) => void,
): void {
  const learnedScale = kernel.deployed ? undefined : kernel.learnedScale;
  if (kernel.deployed || learnedScale == null || values.length !== weights.length - 1) {
    checkValues(values, weights, label);
    if (kernel.deployed) weights.forEach((weight, i) => kernel.checkValue(weight, values[i]!));
    set(values);
    return;
  }
  const all = [...values, learnedScale.read()];
  checkValues(all, weights, label);
  set(all);
  kernel.restartScale();
}

/** tfjs finds a wrong dtype only after it has set the weights before it, and its error names no weight. */
function checkValues(values: Tensor[], weights: readonly LayerVariable[], label: string): void {
  if (values.length !== weights.length) {
    const names = weights.map(weightName).join(', ');
    throw argumentError(label, 'weights', `${weights.length} (${names})`, values.length);
  }
  for (const [i, variable] of weights.entries()) {
    const { shape, dtype } = values[i]!;
    if (util.arraysEqual(shape, variable.shape as number[]) && dtype === variable.dtype) continue;
    const expected = `${variable.dtype} of shape ${JSON.stringify(variable.shape)}`;
    throw argumentError(label, weightName(variable), expected, { dtype, shape });
  }
}
