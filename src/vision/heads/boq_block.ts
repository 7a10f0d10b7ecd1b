import { add, serialization, tile, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { LayerNorm } from '../../layers/layer_norm';
import { MultiHeadAttention } from '../../layers/multi_head_attention/layer';
import type { LayerOptions } from '../../layers/tfjs_options';
import { firstShape } from '../../tfjs/layer_nodes';
import { LayerOfParts, type CallArguments, type Part } from './layer_of_parts';
import { LearnedQueries } from './learned_queries';
import type { TokenShape } from './tokens';

interface BoqBlockOptions extends LayerOptions {
  readonly numHeads: number;
  readonly queries: number;
}

/**
 * A block of Bag of Queries: an encoder for the patches, and queries that are learned and look at them.
 *
 *     x = normalization(x + self-attention(x))                       the encoder, normalized after each sum
 *     x = normalization(x + output(relu(hidden(x))))                 hidden is four times as wide as x
 *     q = normalization(queries + self-attention(queries))
 *     y = normalization(cross-attention from q to x)
 *
 * Input: float32 [batch, patches, width], with a width of `numHeads` times that of a head. Outputs: [x, y], float32
 * [batch, patches, width] and [batch, queries, width].
 */
export class BoqBlock extends LayerOfParts<BoqBlockOptions> {
  /** @nocollapse */
  static readonly className: string = 'BoqBlock';

  /** The layer around it has checked the tokens, and these are patches alone. */
  protected override shapeOf(inputShape: Shape | Shape[]): TokenShape {
    return firstShape(inputShape) as TokenShape;
  }

  protected override parts([batch, patches, width]: TokenShape): Part[] {
    const { numHeads, queries } = this.settings;
    const encoded = [batch, patches, width];
    const asked = [1, queries, width];
    const answered = [batch, queries, width];
    const attention = (name: string) => () =>
      new MultiHeadAttention({ name, numHeads, keyDim: width / numHeads, ternary: false });
    const normalization = (name: string) => () => new LayerNorm({ name, epsilon: 1e-5 });
    const hidden = () =>
      layers.dense({ name: 'encoder_hidden', units: 4 * width, activation: 'relu' });
    const output = () => layers.dense({ name: 'encoder_output', units: width });
    const learned = () => new LearnedQueries({ name: 'learned', count: queries });
    return [
      { input: encoded, make: attention('encoder_attention') },
      { input: encoded, make: normalization('encoder_attention_normalization') },
      { input: encoded, make: hidden },
      { input: [batch, patches, 4 * width], make: output },
      { input: encoded, make: normalization('encoder_normalization') },
      { input: encoded, make: learned },
      { input: asked, make: attention('query_attention') },
      { input: asked, make: normalization('query_normalization') },
      { input: [answered, encoded], make: attention('cross_attention') },
      { input: answered, make: normalization('cross_normalization') },
    ];
  }

  protected override compute(x: Tensor, kwargs: CallArguments): Tensor[] {
    const encoded = this.encode(x, kwargs);
    // The same for every image, so that it is computed once.
    const asked = tile(this.ask(x, kwargs), [x.shape[0], 1, 1]);
    const answered = this.run('cross_attention', [asked, encoded], kwargs);
    return [encoded, this.run('cross_normalization', answered, kwargs)];
  }

  private encode(x: Tensor, kwargs: CallArguments): Tensor {
    const attended = add(x, this.run('encoder_attention', x, kwargs));
    const middle = this.run('encoder_attention_normalization', attended, kwargs);
    const hidden = this.run('encoder_hidden', middle, kwargs);
    const sum = add(middle, this.run('encoder_output', hidden, kwargs));
    return this.run('encoder_normalization', sum, kwargs);
  }

  /** @returns [1, queries, width]. */
  private ask(x: Tensor, kwargs: CallArguments): Tensor {
    const learned = this.run('learned', x, kwargs);
    const attended = add(learned, this.run('query_attention', learned, kwargs));
    return this.run('query_normalization', attended, kwargs);
  }

  protected override outputShapes([batch, patches, width]: TokenShape): Shape[] {
    return [
      [batch, patches, width],
      [batch, this.settings.queries, width],
    ];
  }
}

serialization.registerClass(BoqBlock);
