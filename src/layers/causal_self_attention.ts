import {
  add,
  matMul,
  mul,
  reshape,
  serialization,
  softmax,
  tensor3d,
  tidy,
  transpose,
  type Tensor,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { positiveInteger } from '../options/check';
import type { OptionTable } from '../options/option_table';
import { savedConfig } from '../tfjs/saved_config';
import { labelOf } from './layer_label';
import { readLayerOptions } from './layer_options';
import { LAYER_OPTIONS, type LayerOptions } from './tfjs_options';

export interface CausalSelfAttentionOptions extends LayerOptions {
  /** Number of heads, which must divide the width of the inputs. */
  numHeads: number;
}

export const CAUSAL_SELF_ATTENTION_OPTIONS = {
  numHeads: { ...positiveInteger, required: true },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<CausalSelfAttentionOptions>;

/**
 * Attention of each position to itself and to those before it, in several heads (arXiv 1706.03762, section
 * 3.2), which tfjs lacks. Positions enter by ALiBi (arXiv 2108.12409): a score falls with the distance
 * between query and key, by a slope of its own in each head.
 *
 *     softmax(q . k^T / sqrt(keyDim) - slope * distance) . v      in each head
 *     keyDim = width / numHeads, slope = 2^(-8 h / numHeads) in head h = 1, ..., numHeads
 *
 * Inputs: [q, k, v], each float32 [batch, time, width]. k and v may have more times than q, which then
 * stands at the end of them, as where keys and values of earlier positions are kept. Output: float32, the
 * shape of q. It has no weights: q, k and v come from linear layers, for instance `bitLinear`. It takes no
 * mask.
 */
export class CausalSelfAttention extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'CausalSelfAttention';

  readonly numHeads: number;

  /** @throws if an option is unknown, or `numHeads` is not a positive integer. */
  constructor(options: CausalSelfAttentionOptions) {
    super(
      readLayerOptions(CausalSelfAttention, new.target, options, CAUSAL_SELF_ATTENTION_OPTIONS),
    );
    this.numHeads = options.numHeads;
  }

  private get label(): string {
    return labelOf('CausalSelfAttention', this.name);
  }

  override build(inputShape: Shape | Shape[]): void {
    const shapes = inputShape as Shape[];
    const width = shapes[0]?.[2] ?? 0;
    const fits = (shape: Shape) => shape.length === 3 && shape[2] === width;
    if (shapes.length !== 3 || !shapes.every(fits) || width < 1 || width % this.numHeads !== 0) {
      const expected = `three of shape [batch, time, width], numHeads (${this.numHeads}) dividing the width`;
      throw argumentError(this.label, 'inputs', expected, inputShape);
    }
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const [query, key, value] = inputs as [Tensor3D, Tensor3D, Tensor3D];
      const bias = this.bias(query.shape[1], key.shape[1]);
      const [q, k, v] = [this.splitHeads(query), this.splitHeads(key), this.splitHeads(value)];
      const keyDim = query.shape[2] / this.numHeads;
      const scores = add(matMul(mul(q, 1 / Math.sqrt(keyDim)), k, false, true), bias);
      return reshape(transpose(matMul(softmax(scores), v), [0, 2, 1, 3]), query.shape);
    });
  }

  private bias(queries: number, keys: number): Tensor3D {
    if (queries > keys) {
      const expected = `of at least as many times as q (${queries})`;
      throw argumentError(this.label, 'inputs k and v', expected, keys);
    }
    return tensor3d(causalBias(this.numHeads, queries, keys), [this.numHeads, queries, keys]);
  }

  /** To [batch, numHeads, time, keyDim]. */
  private splitHeads(x: Tensor3D): Tensor {
    const [batch, time, width] = x.shape;
    const heads = reshape(x, [batch, time, this.numHeads, width / this.numHeads]);
    return transpose(heads, [0, 2, 1, 3]);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [query] = inputShape as [Shape, Shape, Shape];
    return query;
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), numHeads: this.numHeads };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(CausalSelfAttention);

/** Far below every score, so that its exponential is exactly 0; finite, as infinities make NaN. */
const HIDDEN = -1e9;

/** What is added to the scores, [heads, queries, keys]; the last query stands at the last key. */
function causalBias(heads: number, queries: number, keys: number): Float32Array {
  const bias = new Float32Array(heads * queries * keys);
  let i = 0;
  for (let head = 1; head <= heads; head++) {
    const slope = 2 ** ((-8 * head) / heads);
    for (let query = keys - queries; query < keys; query++) {
      for (let key = 0; key < keys; key++) bias[i++] = key > query ? HIDDEN : slope * (key - query);
    }
  }
  return bias;
}

/**
 * A layer of causal self-attention in several heads (arXiv 1706.03762) with ALiBi (arXiv 2108.12409), for
 * models of sequences; see `CausalSelfAttention` for its formula and shapes. With linear layers before and
 * after it, it is the attention of a transformer's block:
 *
 * ```js
 * const x = tf.input({shape: [null, 16]}); // any number of positions
 * const [q, k, v] = [1, 2, 3].map(() => bitLinear({units: 16, useBias: false}).apply(x));
 * const mixed = causalSelfAttention({numHeads: 4}).apply([q, k, v]);
 * const output = bitLinear({units: 16, useBias: false}).apply(mixed);
 * const block = tf.model({inputs: x, outputs: output});
 * block.predict(tf.zeros([1, 5, 16])).shape; // [1, 5, 16]
 * block.layers.some((layer) => layer instanceof CausalSelfAttention); // true
 * ```
 *
 * @throws if an option is unknown, or `numHeads` is not a positive integer. Applying the layer throws if
 * its inputs are not three tensors of shape [batch, time, width] whose width `numHeads` divides, or q has
 * more times than k.
 */
export function causalSelfAttention(options: CausalSelfAttentionOptions): CausalSelfAttention {
  return new CausalSelfAttention(options);
}
