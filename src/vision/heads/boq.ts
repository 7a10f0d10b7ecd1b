import { concat, reshape, serialization, transpose, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { labelOf } from '../../layers/layer_label';
import { LayerNorm } from '../../layers/layer_norm';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { positiveInteger, type Check } from '../../options/check';
import type { OptionTable, Resolved } from '../../options/option_table';
import { BoqBlock } from './boq_block';
import { LayerOfParts, type CallArguments, type Part } from './layer_of_parts';
import { neighborhoods } from './neighborhoods';
import { patchesOf, type TokenShape } from './tokens';

export interface BoqOptions extends LayerOptions {
  /** Channels of the patches inside, and of the output. Default: 512. */
  width?: number;
  /** Number of blocks, one after another. Default: 2. */
  blocks?: number;
  /** Learned queries of each block. Default: 64. */
  queries?: number;
  /** Numbers of the output for each of its channels. Default: 24. */
  rows?: number;
  /** Heads of each attention. Default: one for 64 channels. */
  numHeads?: number;
  /** Rows and columns of patches. Default: as many rows as columns. */
  grid?: [height: number, width: number];
}

const GRID: Check = {
  expected: 'two positive integers, [height, width]',
  holds: (value) =>
    Array.isArray(value) && value.length === 2 && value.every(positiveInteger.holds),
};

export const BOQ_OPTIONS = {
  width: { ...positiveInteger, default: 512 },
  blocks: { ...positiveInteger, default: 2 },
  queries: { ...positiveInteger, default: 64 },
  rows: { ...positiveInteger, default: 24 },
  numHeads: positiveInteger,
  grid: GRID,
  ...LAYER_OPTIONS,
} as const satisfies OptionTable<BoqOptions>;

/**
 * Bag of Queries (arXiv 2405.07364): learned queries that look at the patches in each of several blocks.
 *
 *     x = layer normalization of a 3 x 3 convolution of the grid of patches; the class token does not count
 *     x, y = block(x)                                                 for each block; `BoqBlock` has the formula
 *     output = a dense layer from all queries of all blocks to `rows`, of each channel of the y; channel by channel
 *
 * Input: tokens, float32 [batch, 1 + patches, channels], channels known. Output: float32 [batch, width * rows].
 * Inner layers: "convolution", a dense layer whose kernel is [3 * 3 * channels, width], "normalization", "block0" and so
 * on, and "rows".
 */
export class Boq extends LayerOfParts<Resolved<BoqOptions, typeof BOQ_OPTIONS>> {
  /** @nocollapse */
  static readonly className: string = 'Boq';

  private readonly numHeads: number;

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(options: BoqOptions = {}) {
    const read = readLayerOptions<BoqOptions, typeof BOQ_OPTIONS>(
      Boq,
      new.target,
      options,
      BOQ_OPTIONS,
    );
    const { name, width, numHeads = width / 64 } = read;
    if (!Number.isInteger(numHeads) || width % numHeads !== 0) {
      const expected = read.numHeads == null ? 'a multiple of 64' : `a multiple of ${numHeads}`;
      throw argumentError(labelOf('Boq', name), 'width', `${expected}, for the heads`, width);
    }
    super(read);
    this.numHeads = numHeads;
  }

  private get blocks(): string[] {
    return Array.from({ length: this.settings.blocks }, (_, i) => `block${i}`);
  }

  protected override checkTokens(shape: TokenShape): void {
    const [, tokens] = shape;
    if (tokens == null) return;
    const [height, width] = this.gridOf(tokens - 1);
    if (Number.isInteger(height) && tokens === 1 + height * width) return;
    const { grid } = this.settings;
    const expected =
      grid == null
        ? 'of shape [batch, 1 + rows * rows, channels], as no grid is given'
        : `of shape [batch, 1 + ${grid.join(' * ')}, channels], as the grid is [${grid.join(', ')}]`;
    throw argumentError(this.label, 'tokens', expected, shape);
  }

  private gridOf(patches: number): [number, number] {
    return this.settings.grid ?? [Math.sqrt(patches), Math.sqrt(patches)];
  }

  protected override parts([batch, tokens, channels]: TokenShape): Part[] {
    const { width, queries, rows, blocks } = this.settings;
    const { numHeads } = this;
    const patches = tokens == null ? null : tokens - 1;
    const inside = [batch, patches, width];
    const dense = (name: string, units: number) => () => layers.dense({ name, units });
    const normalization = () => new LayerNorm({ name: 'normalization', epsilon: 1e-5 });
    return [
      { input: [batch, patches, 9 * channels], make: dense('convolution', width) },
      { input: inside, make: normalization },
      ...this.blocks.map((name) => ({
        input: inside,
        make: () => new BoqBlock({ name, numHeads, queries }),
      })),
      { input: [batch, width, blocks * queries], make: dense('rows', rows) },
    ];
  }

  protected override compute(tokens: Tensor, kwargs: CallArguments): Tensor {
    const [batch, count] = tokens.shape as [number, number, number];
    const around = neighborhoods(patchesOf(tokens), this.gridOf(count - 1));
    let x = this.run('normalization', this.run('convolution', around, kwargs), kwargs);
    const answers = this.blocks.map((name) => {
      const [encoded, answered] = this.partNamed(name).call(x, kwargs) as [Tensor, Tensor];
      x = encoded;
      return answered;
    });
    const byChannel = transpose(concat(answers, 1), [0, 2, 1]);
    return reshape(this.run('rows', byChannel, kwargs), [batch, -1]);
  }

  protected override outputShapes([batch]: TokenShape): Shape {
    return [batch, this.settings.width * this.settings.rows];
  }
}

serialization.registerClass(Boq);

/**
 * A head of learned queries, Bag of Queries; see `Boq`. The defaults are those of TeTRA-VPR (arXiv 2503.02511), for
 * 12288 numbers. That of TAT-VPR (arXiv 2505.16447) is `boq({queries: 32, rows: 32})` and `unitLength()` after it, for
 * 16384.
 *
 * ```js
 * const tokens = tf.input({shape: [10, 8]}); // the class and 3 x 3 patches
 * const head = boq({width: 16, numHeads: 2, queries: 3, rows: 2});
 * const model = tf.model({inputs: tokens, outputs: head.apply(tokens)});
 * model.predict(tf.ones([2, 10, 8])).shape; // [2, 32]
 * head instanceof Boq; // true
 * ```
 *
 * @throws if an option is unknown or wrong, or the heads do not divide the width. Applying the layer throws if the
 * input has another shape, or its patches do not fill the grid.
 */
export function boq(options: BoqOptions = {}): Boq {
  return new Boq(options);
}
