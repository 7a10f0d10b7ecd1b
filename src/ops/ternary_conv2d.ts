import {
  engine,
  mul,
  registerGradient,
  reshape,
  sum,
  tensor2d,
  tidy,
  transpose,
  type NamedAttrMap,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { inFeaturesOf, type ConvolutionGeometry } from '../engine/convolution/geometry';
import { unpackRows } from '../packing/int2';
import { beforeActivation } from './activation_gradient';
import { convolutionInputGradient } from './convolution';
import { checkBackend, type PackedOperands } from './ternary_mat_mul';

/** Name under which the tfjs kernel is registered for every backend. */
export const TERNARY_CONV2D = 'TernaryConv2D';

/**
 * Its attributes. Its inputs are x [batch, height, width, channels], packed int32, scale [1] or [units], and
 * optionally bias [units].
 */
export interface TernaryConv2DAttrs extends Pick<
  PackedOperands,
  'inputQuantizer' | 'eps' | 'activation'
> {
  readonly geometry: ConvolutionGeometry;
}

/**
 * activation(convolution of x with scale * ternary + bias) on packed words, whose inputs are ordered by the height of
 * the window, its width, and channels. With int8 inputs, each image has one scale, and the formula and its roundings
 * are those of `ternaryMatMul`; the zeros around an image are exact. An image with NaN or infinity has outputs of NaN.
 * x and bias have gradients; packed and scale are constants.
 *
 * @returns float32 [batch, height, width, units].
 * @throws if the current backend has no such tfjs kernel, or packed words hold the unused code 3.
 */
export function packedConv2D(
  { x, packed, scale, bias, ...rule }: Omit<PackedOperands, 'skipZeroBlocks'>,
  geometry: ConvolutionGeometry,
): Tensor {
  checkBackend(TERNARY_CONV2D);
  const attrs: TernaryConv2DAttrs = { geometry, ...rule };
  const inputs = { x, packed, scale, ...(bias && { bias }) };
  return engine().runKernel(TERNARY_CONV2D, inputs, attrs as unknown as NamedAttrMap) as Tensor;
}

/** The same gradients as in the trainable layer. It unpacks the words for the call. */
export function registerTernaryConv2DGradient(): void {
  registerGradient({
    kernelName: TERNARY_CONV2D,
    inputsToSave: ['packed', 'scale'],
    outputsToSave: [true],
    gradFunc: (gradient, [packed, scale, y], attrs) => {
      const { geometry, activation } = attrs as unknown as TernaryConv2DAttrs;
      const dy = beforeActivation(gradient as Tensor, y!, activation);
      return {
        x: () => {
          const kernel = unpackKernel(packed!, geometry);
          return convolutionInputGradient(mul(dy, scale!), kernel, geometry);
        },
        bias: () => sum(dy, [0, 1, 2]),
      };
    },
  });
}

/** The ternary kernel [height, width, channels, units]. */
function unpackKernel(packed: Tensor, geometry: ConvolutionGeometry): Tensor4D {
  const { height, width, channels } = geometry;
  const [inFeatures, units] = [inFeaturesOf(geometry), packed.shape[0]!];
  return tidy(() => {
    const rows = unpackRows(packed.dataSync() as Int32Array, inFeatures, units);
    const matrix = transpose(tensor2d(rows, [units, inFeatures]));
    return reshape(matrix, [height.kernel, width.kernel, channels, units]);
  });
}
