import * as tf from '@tensorflow/tfjs';
import { scaledDotProductAttention } from 'tfjs-bitcore';
import { attentionCases } from '../../support/attention_grid';
import { hashOf } from '../../support/normalization_grid';

/** The hash of the outputs of each case, by its name, on the current backend. */
export function attentionHashes(): Record<string, number> {
  const hashes: Record<string, number> = {};
  for (const { name, heads, queries, keys, width, causal, ...values } of attentionCases()) {
    tf.tidy(() => {
      const q = tf.tensor(values.q, [1, queries, heads, width]);
      const [k, v] = [values.k, values.v].map((x) => tf.tensor(x, [1, keys, heads, width]));
      const mask = values.mask && tf.tensor(values.mask, [1, keys]);
      const y = scaledDotProductAttention({ q, k, v, mask, causal });
      hashes[name] = hashOf(y.dataSync<'float32'>());
    });
  }
  return hashes;
}
