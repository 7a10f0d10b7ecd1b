import * as tf from '@tensorflow/tfjs';

/**
 * What attention hands to softmax: q . k^T / sqrt(headDim), [batch, heads, tokens, tokens], of queries, keys and values
 * that one layer made.
 */
export function attentionLogits(fused: tf.Tensor, numHeads: number): tf.Tensor {
  return tf.tidy(() => {
    const [batch, tokens, width] = fused.shape as [number, number, number];
    const headDim = width / 3 / numHeads;
    const heads = tf.reshape(fused, [batch, tokens, 3, numHeads, headDim]);
    const [q, k] = tf.unstack(tf.transpose(heads, [2, 0, 3, 1, 4]));
    return tf.mul(tf.matMul(q, k, false, true), headDim ** -0.5);
  });
}
