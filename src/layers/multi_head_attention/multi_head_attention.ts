import { readOptions } from '../../options/option_table';
import { labelOf } from '../layer_label';
import { MultiHeadAttention } from './layer';
import { MULTI_HEAD_ATTENTION_OPTIONS, type MultiHeadAttentionOptions } from './options';

/**
 * A layer of attention in several heads (arXiv 1706.03762) with ternary or float projections; see
 * `MultiHeadAttention` for its inputs, masks and weights.
 *
 * ```js
 * const x = tf.input({shape: [null, 16]}); // any number of positions
 * const y = multiHeadAttention({numHeads: 4, keyDim: 4, causal: true}).apply(x);
 * const block = tf.model({inputs: x, outputs: y});
 * block.predict(tf.zeros([1, 5, 16])).shape; // [1, 5, 16]
 * deploy(block).layers[1] instanceof MultiHeadAttention; // true
 * ```
 *
 * @throws if an option is unknown or wrong, one of quantization is given although `ternary` is false, or `alibi` is
 * true although `causal` is false. Applying the layer throws if the inputs have other shapes, or there are more queries
 * than keys although `causal` is true.
 */
export function multiHeadAttention(options: MultiHeadAttentionOptions): MultiHeadAttention {
  const { name } = (options as MultiHeadAttentionOptions | undefined) ?? {};
  // The constructor also takes the entries that only a saved config has.
  readOptions(labelOf('MultiHeadAttention', name), options, MULTI_HEAD_ATTENTION_OPTIONS);
  return new MultiHeadAttention(options);
}
