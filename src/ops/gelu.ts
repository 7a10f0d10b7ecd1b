import {
  add,
  engine,
  erf,
  getBackend,
  getKernel,
  mul,
  registerGradient,
  Tensor,
  tanh,
  tidy,
  type NamedAttrMap,
} from '@tensorflow/tfjs-core';
import type { GeluForm } from '../engine/gelu/portable';
import { argumentError } from '../errors';
import { oneOf } from '../options/check';
import { TENSOR } from '../options/tensor_check';

/** The tfjs kernels. Gelu has the input x, GeluGradient x and dy. */
export type GeluKernelName = 'Gelu' | 'GeluGradient';

/** The attributes of both. */
export interface GeluAttrs {
  readonly form: GeluForm;
}

const FORM = oneOf(['erf', 'tanh']);

/**
 * The Gaussian error linear unit (arXiv 1606.08415), as one operation:
 *
 *     'erf':  x * (1 + erf(x / sqrt(2))) / 2
 *     'tanh': x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2, which many transformers use
 *
 * It computes in float32 with an error of at most 1e-6 of each output, also of one far below 0; an output below
 * 2^-126 is off by at most 2^-149. Equal inputs give equal outputs on cpu, wasm and tensorflow. The output for
 * -Infinity is NaN. On other backends it is composed of operations of TensorFlow.js. Where it is one operation, it
 * has a gradient, but no second one.
 *
 * ```js
 * gelu(tf.tensor1d([-1, 0, 1])).print(); // about [-0.1587, 0, 0.8413]
 * gelu(tf.tensor1d([-1, 0, 1]), 'tanh').print(); // about [-0.1588, 0, 0.8412]
 * ```
 *
 * @param x float32 of any shape.
 * @param form Default: `'erf'`.
 * @returns float32 of the same shape.
 * @throws if x is not a float32 tensor, or the form is none of the two.
 */
export function gelu(x: Tensor, form: 'erf' | 'tanh' = 'erf'): Tensor {
  if (!TENSOR.holds(x) || x.dtype !== 'float32') {
    const actual = x instanceof Tensor ? x.dtype : x;
    throw argumentError('gelu', 'x', 'a float32 tensor', actual);
  }
  if (!FORM.holds(form)) throw argumentError('gelu', 'form', FORM.expected, form);
  if (getKernel('Gelu', getBackend()) == null) return tidy(() => composed(x, form));
  const attrs = { form } satisfies GeluAttrs;
  return engine().runKernel('Gelu', { x }, attrs);
}

function composed(x: Tensor, form: GeluForm): Tensor {
  const inner = () => mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  const odd = form === 'tanh' ? tanh(inner()) : erf(mul(x, Math.SQRT1_2));
  return mul(mul(x, 0.5), add(odd, 1));
}

export function registerGeluGradient(): void {
  registerGradient({
    kernelName: 'Gelu',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs: NamedAttrMap) => ({
      x: () => engine().runKernel<Tensor>('GeluGradient', { x: x!, dy: dy as Tensor }, attrs),
    }),
  });
}
