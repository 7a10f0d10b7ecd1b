import {
  clone,
  engine,
  getBackend,
  getKernel,
  matMul,
  mul,
  registerGradient,
  sub,
  sum,
  tidy,
  variable,
  type NamedAttrMap,
  type Tensor,
} from '@tensorflow/tfjs-core';
import {
  attentionWeights,
  toHeads,
  type AttentionAttrs,
  type AttentionTensors,
} from './attention_weights';

/** Name under which the tfjs kernel is registered. Its inputs are `AttentionTensors`. */
export const SCALED_DOT_PRODUCT_ATTENTION = 'ScaledDotProductAttention';

const INPUTS = ['q', 'k', 'v', 'mask', 'slopes'] as const;

/**
 * Attention without checks: the sum of v by the weights softmax(q . k^T * scale - slope * distance) in each head.
 * On GPUs, and on backends that this package does not know, it is composed of ops of tfjs.
 * @returns float32 [batch, queries, heads, valueWidth].
 */
export function attention(operands: AttentionTensors, attrs: AttentionAttrs): Tensor {
  const tensors = { ...operands, mask: withoutHistory(operands.mask) };
  if (getKernel(SCALED_DOT_PRODUCT_ATTENTION, getBackend()) == null) {
    return tidy(() => toHeads(matMul(attentionWeights(tensors, attrs), toHeads(tensors.v))));
  }
  const { q, k, v, mask, slopes } = tensors;
  return engine().runKernel(
    SCALED_DOT_PRODUCT_ATTENTION,
    { q, k, v, mask, slopes },
    attrs as unknown as NamedAttrMap,
  );
}

/**
 * The same values, not computed from anything: a mask is a constant, but tfjs throws where one that is computed from
 * trained values comes from an operation without a gradient, as from a comparison. A variable begins anew.
 */
function withoutHistory(mask: Tensor): Tensor {
  if (mask.size === 0) return mask;
  const values = variable(mask, false);
  const copy = clone(values);
  values.dispose();
  return copy;
}

export function registerAttentionGradient(): void {
  registerGradient({
    kernelName: SCALED_DOT_PRODUCT_ATTENTION,
    inputsToSave: [...INPUTS],
    gradFunc: (dy, saved, attrs) =>
      gradients(dy as Tensor, saved, attrs as unknown as AttentionAttrs),
  });
}

/** Computed at once, so that what is as large as all pairs of positions is freed before the next layer's. */
function gradients(dy: Tensor, saved: Tensor[], attrs: AttentionAttrs) {
  const [q, k, v, mask, slopes] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const [dq, dk, dv] = tidy(() => {
    const weights = attentionWeights({ q, k, v, mask, slopes }, attrs);
    const output = toHeads(dy);
    const byWeights = matMul(output, toHeads(v), false, true);
    const mean = sum(mul(byWeights, weights), -1, true);
    const byProducts = mul(mul(weights, sub(byWeights, mean)), attrs.scale);
    return [
      toHeads(matMul(byProducts, toHeads(k))),
      toHeads(matMul(byProducts, toHeads(q), true)),
      toHeads(matMul(weights, output, true)),
    ];
  });
  return { q: () => dq!, k: () => dk!, v: () => dv! };
}
