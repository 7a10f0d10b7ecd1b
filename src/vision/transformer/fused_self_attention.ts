import { reshape, serialization, split, tensor1d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { labelOf } from '../../layers/layer_label';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { attention } from '../../ops/attention';
import { positiveInteger } from '../../options/check';
import type { OptionTable } from '../../options/option_table';
import { firstShape } from '../../tfjs/layer_nodes';
import { savedConfig } from '../../tfjs/saved_config';

export interface FusedSelfAttentionOptions extends LayerOptions {
  /** Heads that attend side by side. */
  numHeads: number;
}

export const FUSED_SELF_ATTENTION_OPTIONS = {
  numHeads: { ...positiveInteger, required: true },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<FusedSelfAttentionOptions>;

/**
 * Self-attention in several heads, softmax(q . k^T / sqrt(headDim)) . v, of queries, keys and values that one layer
 * made. That layer is one, and not three as in `MultiHeadAttention`, where its ternary kernel shall have one scale.
 *
 * It has no weights. Input: float32 [batch, tokens, 3 * numHeads * headDim], queries, then keys, then values, each
 * head by head. Output: float32 [batch, tokens, numHeads * headDim].
 *
 * ```js
 * const net = tf.sequential();
 * net.add(bitLinear({units: 3 * 16, useBias: false, inputShape: [9, 16]}));
 * net.add(new FusedSelfAttention({numHeads: 2}));
 * net.add(bitLinear({units: 16}));
 * net.outputs[0].shape; // [null, 9, 16]
 * ```
 */
export class FusedSelfAttention extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'FusedSelfAttention';

  readonly numHeads: number;

  /** @throws if an option is unknown, or `numHeads` is not a positive integer. */
  constructor(args: FusedSelfAttentionOptions) {
    const options = readLayerOptions<
      FusedSelfAttentionOptions,
      typeof FUSED_SELF_ATTENTION_OPTIONS
    >(FusedSelfAttention, new.target, args, FUSED_SELF_ATTENTION_OPTIONS);
    super(options);
    this.numHeads = options.numHeads;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = firstShape(inputShape);
    const width = shape[2];
    if (shape.length !== 3 || width == null || width % (3 * this.numHeads) !== 0) {
      const expected = `of shape [batch, tokens, width], width a multiple of ${3 * this.numHeads}`;
      throw argumentError(labelOf('FusedSelfAttention', this.name), 'input', expected, shape);
    }
    this.inputSpec = [{ ndim: 3, axes: { 2: width } }];
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const fused = Array.isArray(inputs) ? inputs[0]! : inputs;
      const [batch, tokens, width] = fused.shape as [number, number, number];
      const headDim = width / 3 / this.numHeads;
      const heads = reshape(fused, [batch, tokens, 3 * this.numHeads, headDim]);
      const [q, k, v] = split(heads, 3, 2) as [Tensor, Tensor, Tensor];
      const none = tensor1d([]);
      const attrs = { scale: 1 / Math.sqrt(headDim), causal: false };
      const attended = attention({ q, k, v, mask: none, slopes: none }, attrs);
      return reshape(attended, [batch, tokens, width / 3]);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, tokens, width] = firstShape(inputShape) as number[];
    return [batch!, tokens!, width! / 3];
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

serialization.registerClass(FusedSelfAttention);
