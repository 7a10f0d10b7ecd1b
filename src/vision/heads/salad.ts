import { concat, matMul, reshape, serialization, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { toUnitLength } from '../../ops/unit_length';
import { positiveInteger, type Check } from '../../options/check';
import type { OptionTable, Resolved } from '../../options/option_table';
import { LayerOfParts, type CallArguments, type Part } from './layer_of_parts';
import { Sinkhorn } from './sinkhorn';
import { classTokenOf, patchesOf, type TokenShape } from './tokens';

export interface SaladOptions extends LayerOptions {
  /** Number of clusters, below that of the patches. Default: 64. */
  clusters?: number;
  /** Numbers for each cluster. Default: 128. */
  clusterWidth?: number;
  /** Numbers for the class token. Default: 256. */
  tokenWidth?: number;
  /** Width of the hidden layers. Default: 512. */
  hiddenWidth?: number;
  /** Share of the hidden numbers of patches that are dropped in training, from 0 to below 1. Default: 0.3. */
  dropout?: number;
  /** Number of Sinkhorn's iterations. Default: 3. */
  iterations?: number;
}

const DROPOUT: Check = {
  expected: 'a number from 0 to below 1',
  holds: (value) => typeof value === 'number' && value >= 0 && value < 1,
};

export const SALAD_OPTIONS = {
  clusters: { ...positiveInteger, default: 64 },
  clusterWidth: { ...positiveInteger, default: 128 },
  tokenWidth: { ...positiveInteger, default: 256 },
  hiddenWidth: { ...positiveInteger, default: 512 },
  dropout: { ...DROPOUT, default: 0.3 },
  iterations: { ...positiveInteger, default: 3 },
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<SaladOptions>;

/** The inner layers of each net, one after another. */
const NETS = {
  token: ['token_hidden', 'token'],
  cluster: ['cluster_hidden', 'cluster_dropout', 'cluster'],
  score: ['score_hidden', 'score_dropout', 'score'],
} as const;

/**
 * SALAD (arXiv 2311.15937): patches go to clusters by optimal transport, as in `Sinkhorn`, or to a dustbin.
 *
 *     t = net "token" of the class token
 *     f = net "cluster", s = net "score" of each patch; a net is a dense layer, ReLU and a dense layer
 *     P = shares of the patches in the clusters, by `iterations` of Sinkhorn's iterations from the scores s
 *     output = [t / |t|, then the numbers of sum over patches of P f, each cluster divided by its length]
 *
 * Input: tokens, float32 [batch, 1 + patches, channels], with more patches than clusters and known channels. Output:
 * float32 [batch, tokenWidth + clusterWidth * clusters]; the clusters vary first. Inner layers: "token_hidden", "token",
 * "cluster_hidden", "cluster_dropout", "cluster", "score_hidden", "score_dropout", "score", and "assignment" with the
 * weight `dustbin` [1], the score of every patch for the dustbin, which starts at 1.
 */
export class Salad extends LayerOfParts<Resolved<SaladOptions, typeof SALAD_OPTIONS>> {
  /** @nocollapse */
  static readonly className: string = 'Salad';

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(options: SaladOptions = {}) {
    super(
      readLayerOptions<SaladOptions, typeof SALAD_OPTIONS>(
        Salad,
        new.target,
        options,
        SALAD_OPTIONS,
      ),
    );
  }

  /**
   * No inner layer gives the output alone.
   * @internal
   */
  override get outputLayer(): undefined {
    return undefined;
  }

  protected override checkTokens(shape: TokenShape): void {
    const [, tokens] = shape;
    const { clusters } = this.settings;
    if (tokens == null || tokens - 1 > clusters) return;
    const expected = `of shape [batch, 1 + patches, channels] with more than ${clusters} patches, one for each cluster`;
    throw argumentError(this.label, 'tokens', expected, shape);
  }

  protected override parts([batch, tokens, channels]: TokenShape): Part[] {
    const { clusters, clusterWidth, tokenWidth, hiddenWidth, dropout, iterations } = this.settings;
    const before = [batch, tokens == null ? null : tokens - 1];
    const hidden = (name: string) => () =>
      layers.dense({ name: `${name}_hidden`, units: hiddenWidth, activation: 'relu' });
    const last = (name: string, units: number) => () => layers.dense({ name, units });
    const net = (name: string, units: number): Part[] => [
      { input: [...before, channels], make: hidden(name) },
      {
        input: [...before, hiddenWidth],
        make: () => layers.dropout({ name: `${name}_dropout`, rate: dropout }),
      },
      { input: [...before, hiddenWidth], make: last(name, units) },
    ];
    return [
      { input: [batch, channels], make: hidden('token') },
      { input: [batch, hiddenWidth], make: last('token', tokenWidth) },
      ...net('cluster', clusterWidth),
      ...net('score', clusters),
      {
        input: [...before, clusters],
        make: () => new Sinkhorn({ name: 'assignment', iterations }),
      },
    ];
  }

  protected override compute(tokens: Tensor, kwargs: CallArguments): Tensor {
    const net = (name: keyof typeof NETS, x: Tensor) =>
      NETS[name].reduce((y, part) => this.run(part, y, kwargs), x);
    const patches = patchesOf(tokens);
    const shares = this.run('assignment', net('score', patches), kwargs);
    const clustered = matMul(net('cluster', patches), shares, true, true);
    const ofToken = toUnitLength(net('token', classTokenOf(tokens)), -1);
    const ofClusters = reshape(toUnitLength(clustered, 1), [tokens.shape[0], -1]);
    return concat([ofToken, ofClusters], 1);
  }

  protected override outputShapes([batch]: TokenShape): Shape {
    const { clusters, clusterWidth, tokenWidth } = this.settings;
    return [batch, tokenWidth + clusterWidth * clusters];
  }
}

serialization.registerClass(Salad);

/**
 * A head that sums patches by clusters, SALAD; see `Salad`. The defaults are those of TeTRA-VPR (arXiv 2503.02511) and
 * of TAT-VPR (arXiv 2505.16447), which puts `unitLength()` after it, for 8448 numbers.
 *
 * ```js
 * const tokens = tf.input({shape: [10, 8]}); // the class and 3 x 3 patches
 * const head = salad({clusters: 4, clusterWidth: 5, tokenWidth: 6, hiddenWidth: 16});
 * const model = tf.model({inputs: tokens, outputs: head.apply(tokens)});
 * model.predict(tf.ones([2, 10, 8])).shape; // [2, 26]
 * head instanceof Salad; // true
 * ```
 *
 * @throws if an option is unknown or wrong. Applying the layer throws if the input has another shape, or no more
 * patches than clusters.
 */
export function salad(options: SaladOptions = {}): Salad {
  return new Salad(options);
}
