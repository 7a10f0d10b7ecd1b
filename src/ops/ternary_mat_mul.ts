import {
  engine,
  getBackend,
  getKernel,
  mul,
  registerGradient,
  reshape,
  step,
  sum,
  matMul,
  tensor2d,
  tidy,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { backendNames } from '../backends/backends';
import type { Activation } from '../engine/ternary_product';
import { argumentError } from '../errors';
import { checkOptionNames } from '../option_names';
import { packedShape, unpackRows } from '../packing/int2';
import { MAX_IN_FEATURES } from '../quantizers/int8_input';
import type { InputQuantizer } from './trainable_mat_mul';

/** Name under which the kernel is registered for every backend. */
export const TERNARY_MAT_MUL = 'TernaryMatMul';

/** Inputs of the kernel: x [rows, in], packed int32, scale [1] or [out], and perhaps bias [out]. */
export interface TernaryMatMulAttrs {
  readonly inFeatures: number;
  readonly inputQuantizer: InputQuantizer;
  readonly eps: number;
  readonly activation: Activation;
}

export interface TernaryMatMulArgs {
  /** float32 [..., in], rank 2 or more. */
  readonly x: Tensor;
  /** int32 [out, words], the layout `int2` as `packTernary` makes it. */
  readonly packed: Tensor;
  /** float32 [1], or [out] for one scale per output. */
  readonly scale: Tensor;
  /** float32 [out]. Default: none. */
  readonly bias?: Tensor | undefined;
  /** `'int8'` quantizes each row of x; `'none'` multiplies floats. Default: `'int8'`. */
  readonly inputQuantizer?: InputQuantizer | undefined;
  /** Lower bound of a row's largest magnitude. Default: 1e-5. */
  readonly eps?: number | undefined;
  /** Applied to the outputs. Default: `'linear'`. */
  readonly activation?: Activation | undefined;
}

const NAMES = ['x', 'packed', 'scale', 'bias', 'inputQuantizer', 'eps', 'activation'] as const;

/**
 * activation(x . (scale * ternary) + bias) on packed weights, shaped like `tf.fused.matMul`.
 *
 * With int8 inputs, for each row: m = max(max|x|, eps), q = round(x * (127 / m)),
 * y = (q . ternary) * (m / 127) * scale + bias, rounded to float32 after each step. Equal inputs give
 * equal outputs on cpu, wasm and tensorflow. A row with NaN or infinity gives a row of NaN.
 * x and bias have gradients; packed and scale are constants.
 *
 * ```js
 * const packed = packTernary(tf.tensor2d([[1, 0], [-1, 1], [0, 1]]));   // 3 inputs, 2 outputs
 * const y = ternaryMatMul({x: tf.tensor2d([[1, 2, 3]]), packed, scale: tf.tensor1d([0.5])});
 * y.print();                                                            // about [[-0.5, 2.5]]
 * ```
 *
 * @returns float32 [..., out].
 * @throws if a name is unknown, a shape or dtype does not fit, or packed words hold the unused code 3.
 */
export function ternaryMatMul(args: TernaryMatMulArgs): Tensor {
  checkOptionNames('ternaryMatMul', 'args', args, NAMES);
  const { x, packed, scale, bias, inputQuantizer = 'int8', eps = 1e-5 } = args;
  const { activation = 'linear' } = args;
  checkArguments(args);
  const inFeatures = x.shape[x.rank - 1]!;
  const attrs: TernaryMatMulAttrs = { inFeatures, inputQuantizer, eps, activation };
  // A reshape that changes nothing would still be an operation, and TensorFlow's take a while.
  return tidy(() => {
    const inputs = {
      x: x.rank === 2 ? x : reshape(x, [-1, inFeatures]),
      packed,
      scale,
      ...(bias && { bias }),
    };
    const y = engine().runKernel(
      TERNARY_MAT_MUL,
      inputs as unknown as NamedTensorMap,
      attrs as unknown as NamedAttrMap,
    ) as Tensor;
    return x.rank === 2 ? y : reshape(y, [...x.shape.slice(0, -1), packed.shape[0]!]);
  });
}

function checkArguments(args: TernaryMatMulArgs): void {
  const { x, packed, scale, bias, inputQuantizer, eps, activation } = args;
  const fail = (argument: string, expected: string, actual: unknown) => {
    throw argumentError('ternaryMatMul', argument, expected, actual);
  };
  if (x.rank < 2) fail('x', 'of rank 2 or more', x.shape);
  if (x.dtype !== 'float32') fail('x', 'of dtype float32', x.dtype);
  if (packed.dtype !== 'int32') fail('packed', 'of dtype int32', packed.dtype);
  const inFeatures = x.shape[x.rank - 1]!;
  const units = packed.shape[0]!;
  const expected = packedShape(inFeatures, units);
  if (packed.rank !== 2 || packed.shape[1] !== expected[1]) {
    fail('packed', `of shape ${JSON.stringify(expected)} for ${inFeatures} inputs`, packed.shape);
  }
  if (scale.size !== 1 && (scale.rank !== 1 || scale.size !== units)) {
    fail('scale', `of shape [1] or [${units}]`, scale.shape);
  }
  if (bias != null && (bias.rank !== 1 || bias.size !== units)) {
    fail('bias', `of shape [${units}]`, bias.shape);
  }
  if (eps !== undefined && !(eps >= 1e-30 && eps < Infinity)) {
    fail('eps', 'a finite number of at least 1e-30', eps);
  }
  if (inputQuantizer !== undefined && inputQuantizer !== 'int8' && inputQuantizer !== 'none') {
    fail('inputQuantizer', "'int8' or 'none'", inputQuantizer);
  }
  if (activation !== undefined && activation !== 'linear' && activation !== 'relu') {
    fail('activation', "'linear' or 'relu'", activation);
  }
  if (inputQuantizer !== 'none' && inFeatures > MAX_IN_FEATURES) {
    fail('x', `of at most ${MAX_IN_FEATURES} inputs, for exact integer sums`, x.shape);
  }
  if (getKernel(TERNARY_MAT_MUL, getBackend()) == null) {
    fail('backend', backendNames(), getBackend());
  }
}

/** dx = (dy * scale) . ternary^T, the gradient that the trainable layer gives; unpacked for the call. */
export function registerTernaryMatMulGradient(): void {
  registerGradient({
    kernelName: TERNARY_MAT_MUL,
    inputsToSave: ['packed', 'scale'],
    outputsToSave: [true],
    gradFunc: (gradient, [packed, scale, y], attrs) => {
      const { inFeatures, activation } = attrs as unknown as TernaryMatMulAttrs;
      const dy = activation === 'relu' ? mul(gradient as Tensor, step(y!)) : (gradient as Tensor);
      const units = packed!.shape[0]!;
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
