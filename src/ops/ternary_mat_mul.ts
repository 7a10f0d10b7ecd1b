import {
  engine,
  getBackend,
  getKernel,
  mul,
  registerGradient,
  reshape,
  sum,
  matMul,
  tensor2d,
  tidy,
  type NamedAttrMap,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import type { Activation } from '../engine/ternary_product';
import { argumentError } from '../errors';
import { anyBoolean, oneOf } from '../options/check';
import { readOptions, type OptionTable, type Resolved } from '../options/option_table';
import { TENSOR } from '../options/tensor_check';
import { packedShape, unpackRows } from '../packing/int2';
import { beforeActivation } from './activation_gradient';
import { backendNames } from './register';
import { inputQuantizer, type InputQuantizerName } from '../quantizers/input/registry';
import { EPS, INPUT_QUANTIZER } from '../quantizers/options';

/** Name under which the tfjs kernel is registered for every backend. */
export const TERNARY_MAT_MUL = 'TernaryMatMul';

/** Its attributes. Its inputs are x [rows, in], packed int32, scale [1] or [units], and optionally bias [units]. */
export interface TernaryMatMulAttrs {
  readonly inFeatures: number;
  readonly inputQuantizer: InputQuantizerName;
  readonly eps: number;
  readonly activation: Activation;
  readonly skipZeroBlocks: boolean;
}

export interface TernaryMatMulOptions {
  /** float32 [..., in], rank 2 or more. */
  readonly x: Tensor;
  /** int32 [units, words], the layout `int2` as `packTernary` makes it. */
  readonly packed: Tensor;
  /** float32 [1], or [units] for one scale for each output. */
  readonly scale: Tensor;
  /** float32 [units]. Default: none. */
  readonly bias?: Tensor | undefined;
  /** `'int8'` quantizes each row of x; `'none'` multiplies floats. Default: `'int8'`. */
  readonly inputQuantizer?: InputQuantizerName | undefined;
  /** Lower bound of a row's largest magnitude. Default: 1e-5. */
  readonly eps?: number | undefined;
  /** Applied to the outputs. Default: `'linear'`. */
  readonly activation?: Activation | undefined;
  /**
   * Whether the product may skip blocks of 4 neighbouring inputs, from an index that is a multiple of 4 on, that are all
   * zero after quantization. It changes no output, and saves time where many are. Default: false.
   */
  readonly skipZeroBlocks?: boolean | undefined;
}

export const TERNARY_MAT_MUL_OPTIONS = {
  x: { ...TENSOR, required: true },
  packed: { ...TENSOR, required: true },
  scale: { ...TENSOR, required: true },
  bias: TENSOR,
  inputQuantizer: INPUT_QUANTIZER,
  eps: EPS,
  activation: { ...oneOf(['linear', 'relu', 'relu6']), default: 'linear' },
  skipZeroBlocks: { ...anyBoolean, default: false },
} as const satisfies OptionTable<TernaryMatMulOptions>;

/**
 * activation(x . (scale * ternary) + bias) on packed weights. It takes its options as `tf.fused.matMul` does.
 *
 * With int8 inputs, for each row: m = max(max|x|, eps), q = round(x * (127 / m)),
 * y = (q . ternary) * (m / 127) * scale + bias, rounded to float32 after each step. Equal inputs give
 * equal outputs on cpu, wasm and tensorflow, except that tensorflow takes denormal biases for zeros. A row with NaN
 * or infinity gives a row of NaN.
 * x and bias have gradients; packed and scale are constants.
 *
 * ```js
 * const packed = packTernary(tf.tensor2d([[1, 0], [-1, 1], [0, 1]]));   // 3 inputs, 2 outputs
 * const y = ternaryMatMul({x: tf.tensor2d([[1, 2, 3]]), packed, scale: tf.tensor1d([0.5])});
 * y.print();                                                            // about [[-0.5, 2.5]]
 * ```
 *
 * @returns float32 [..., units].
 * @throws if an option is unknown or missing, a shape or dtype does not match, or packed words hold the unused code 3.
 */
export function ternaryMatMul(options: TernaryMatMulOptions): Tensor {
  const operands: PackedOperands = readOptions('ternaryMatMul', options, TERNARY_MAT_MUL_OPTIONS);
  checkShapes(operands);
  return packedMatMul(operands);
}

/** The checked values that the op computes with. */
export type PackedOperands = Resolved<TernaryMatMulOptions, typeof TERNARY_MAT_MUL_OPTIONS>;

/**
 * `ternaryMatMul` without its checks, for layers that made these checks when they were built.
 * @throws if the current backend has no such tfjs kernel, or packed words hold the unused code 3.
 */
export function packedMatMul(operands: PackedOperands): Tensor {
  const { x, packed, scale, bias, ...rule } = operands;
  checkBackend(TERNARY_MAT_MUL);
  const inFeatures = x.shape[x.rank - 1]!;
  const attrs: TernaryMatMulAttrs = { inFeatures, ...rule };
  // A reshape that changes nothing would still be an operation, and operations of TensorFlow take time.
  return tidy(() => {
    const inputs = {
      x: x.rank === 2 ? x : reshape(x, [-1, inFeatures]),
      packed,
      scale,
      ...(bias && { bias }),
    };
    const y = engine().runKernel(
      TERNARY_MAT_MUL,
      inputs,
      attrs as unknown as NamedAttrMap,
    ) as Tensor;
    return x.rank === 2 ? y : reshape(y, [...x.shape.slice(0, -1), packed.shape[0]]);
  });
}

function checkShapes(operands: PackedOperands): void {
  const { x, packed, scale, bias } = operands;
  const check = (holds: boolean, option: string, expected: string, actual: unknown) => {
    if (!holds) throw argumentError('ternaryMatMul', option, expected, actual);
  };
  check(x.rank >= 2, 'x', 'of rank 2 or more', x.shape);
  check(x.dtype === 'float32', 'x', 'of dtype float32', x.dtype);
  check(packed.dtype === 'int32', 'packed', 'of dtype int32', packed.dtype);
  const inFeatures = x.shape[x.rank - 1]!;
  const units = packed.shape[0];
  const shape = packedShape(inFeatures, units);
  const isOfShape = packed.rank === 2 && packed.shape[1] === shape[1];
  const expected = `of shape ${JSON.stringify(shape)} for ${inFeatures} inputs`;
  check(isOfShape, 'packed', expected, packed.shape);
  const fits = scale.size === 1 || (scale.rank === 1 && scale.size === units);
  check(fits, 'scale', `of shape [1] or [${units}]`, scale.shape);
  const isBias = bias == null || (bias.rank === 1 && bias.size === units);
  check(isBias, 'bias', `of shape [${units}]`, bias?.shape);
  const { maxInFeatures } = inputQuantizer(operands.inputQuantizer);
  const limit = `of at most ${maxInFeatures} inputs, for exact integer sums`;
  check(inFeatures <= maxInFeatures, 'x', limit, x.shape);
}

/** @throws if the current backend has no tfjs kernel of that name. */
export function checkBackend(kernelName: string): void {
  if (getKernel(kernelName, getBackend()) != null) return;
  const where = kernelName.charAt(0).toLowerCase() + kernelName.slice(1);
  throw argumentError(where, 'backend', backendNames(), getBackend());
}

/** dx = (dy * scale) . ternary^T, the same gradient as in the trainable layer. It unpacks the words for the call. */
export function registerTernaryMatMulGradient(): void {
  registerGradient({
    kernelName: TERNARY_MAT_MUL,
    inputsToSave: ['packed', 'scale'],
    outputsToSave: [true],
    gradFunc: (gradient, [packed, scale, y], attrs) => {
      const { inFeatures, activation } = attrs as unknown as TernaryMatMulAttrs;
      const dy = beforeActivation(gradient as Tensor, y!, activation);
      const units = packed!.shape[0];
      return {
        x: () => {
          const rows = unpackRows(packed!.dataSync() as Int32Array, inFeatures, units);
          const transposed = tensor2d(rows, [units, inFeatures]);
          return matMul(mul(dy, scale!) as Tensor2D, transposed);
        },
        bias: () => sum(dy, 0),
      };
    },
  });
}
