import { concat, reshape, serialization, tensor1d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { layers, Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { asFloat32 } from '../../ops/as_float32';
import { attention } from '../../ops/attention';
import { createQuantizer } from '../../quantizers/kernel/registry';
import { buildInner } from '../../tfjs/inner_layers';
import { savedConfig } from '../../tfjs/saved_config';
import { CompositeLayer } from '../composite_layer';
import { labelOf } from '../layer_label';
import { readLayerOptions } from '../layer_options';
import { savedLayers } from '../saved_layers';
import { splitHeads } from './split_heads';
import { alibiSlopes } from './alibi';
import { namedInputs, numKeys, type AttentionInputs } from './inputs';
import {
  MULTI_HEAD_ATTENTION_CONFIG,
  type MultiHeadAttentionConfig,
  type MultiHeadAttentionOptions,
} from './options';
import { makeProjections, type Projections } from './projections';

/** The options that a float layer does not take. */
const QUANTIZATION = ['kernelQuantizer', 'inputQuantizer', 'eps', 'blend'] as const;

/**
 * Attention in several heads (arXiv 1706.03762) with its four projections, which are ternary or float layers:
 *
 *     output(concat over heads of softmax(query . key^T / sqrt(keyDim) - slope * distance) . value)
 *     slope = 2^(-8 h / numHeads) in head h = 1, ..., numHeads with `alibi`, else 0
 *
 * Inputs: one tensor for self-attention, or [query, value] or [query, value, key], as in Keras; each float32
 * [batch, time, width]. A tensor [batch, keys] after them is the mask: 0 or false hides a key. Without it, the mask of
 * a self-attention is that of its input (`Masking`, or `Embedding` with `maskZero`), but not where earlier keys are
 * given. Output: float32 [batch, queries, outputDim]. A query that sees no key gets the bias of the output. The mask of
 * the query goes on.
 *
 * A text can be read in parts: with the keys [batch, time, numHeads, keyDim] and the values [batch, time, numHeads,
 * valueDim] of earlier positions as two last inputs, the layer puts them before its own. A mask then covers all keys.
 * The outputs are then [output, keys, values], of which the keys and values go into the next call. The first call
 * takes tensors of no position, as `tf.zeros([batch, 0, numHeads, keyDim])`. A layer that is applied to tensors
 * computes the three at once; a `LayersModel` computes a layer anew for each of its outputs that is used.
 *
 * The layer holds its projections, "query", "key", "value" and "output", in this order, and with `subNormalization`
 * the normalization "sub_normalization" before "output": `deploy`, `convert` and `summary` handle each by itself, under
 * the path of the layer and their name. Weights: their kernels and biases, and `gamma` of the normalization.
 */
export class MultiHeadAttention extends CompositeLayer {
  /** @nocollapse */
  static readonly className: string = 'MultiHeadAttention';

  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly outputDim: number | undefined;
  readonly causal: boolean;
  readonly alibi: boolean;
  private readonly slopes: Float32Array;
  private projections: Projections | undefined;
  /** Of the inputs of the first three projections, after `build`. */
  private widths: number[] | undefined;
  private readonly makeProjections: (outputDim: number) => Projections;
  private readonly unbuiltConfig: serialization.ConfigDict;

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(args: MultiHeadAttentionOptions) {
    const config = readLayerOptions<MultiHeadAttentionConfig, typeof MULTI_HEAD_ATTENTION_CONFIG>(
      MultiHeadAttention,
      new.target,
      args,
      MULTI_HEAD_ATTENTION_CONFIG,
    );
    const { layers: saved, numHeads, keyDim, valueDim = keyDim, outputDim, ternary } = config;
    const label = labelOf('MultiHeadAttention', config.name);
    checkQuantization(args, ternary, label);
    checkAlibi(config, label);
    if (saved == null && ternary) createQuantizer(config.kernelQuantizer, label);
    super(config);
    this.numHeads = numHeads;
    this.keyDim = keyDim;
    this.valueDim = valueDim;
    this.outputDim = outputDim;
    this.causal = config.causal;
    this.alibi = config.alibi;
    this.slopes = Float32Array.from(config.alibi ? alibiSlopes(numHeads) : []);
    this.supportsMasking = true;
    this.projections = saved && (savedLayers(saved, label) as Projections);
    this.makeProjections = (units) => makeProjections({ ...config, valueDim }, units);
    const { useBias, subNormalization, kernelQuantizer, inputQuantizer, eps, blend } = config;
    const quantization = { kernelQuantizer, inputQuantizer, eps, blend };
    this.unbuiltConfig = {
      useBias,
      subNormalization,
      ternary,
      ...(ternary && (quantization as serialization.ConfigDict)),
    };
  }

  /** @internal */
  override get innerLayers(): readonly layers.Layer[] {
    return this.projections ?? [];
  }

  /** @internal */
  override get outputLayer(): layers.Layer | undefined {
    return this.projections?.[this.projections.length - 1];
  }

  /** @internal */
  override innerInputs<Item>(
    inputs: Item[],
    shapeOf: (item: Item) => Shape,
  ): Array<Item | undefined> {
    const { query, key, value } = this.named(inputs, shapeOf);
    return this.innerLayers.map((_, i) => [query, key, value][i]);
  }

  /** @internal */
  override innerShapes(inputShape: Shape | Shape[]): Shape[] {
    const { query, key, value } = this.named(shapesOf(inputShape), (shape) => shape);
    const ofHeads = [query[0]!, query[1]!, this.numHeads * this.valueDim];
    return this.innerLayers.map((_, i) => [query, key, value][i] ?? ofHeads);
  }

  private get label(): string {
    return labelOf('MultiHeadAttention', this.name);
  }

  override build(inputShape: Shape | Shape[]): void {
    if (this.built) return;
    const { query, key, value } = this.named(shapesOf(inputShape), (shape) => shape);
    const widths = [query, key, value].map((shape) => shape[2]!);
    this.projections ??= this.makeProjections(this.outputDim ?? widths[0]!);
    const shapes = this.innerShapes(inputShape);
    this.projections.forEach((layer, i) => buildInner(this, layer, shapes[i]!));
    this.widths = widths;
    this.built = true;
  }

  /** @throws if the inputs, or their shapes, are wrong or have other widths than those of `build`. */
  private named<Item>(inputs: Item[], shapeOf: (item: Item) => Shape): AttentionInputs<Item> {
    const named = namedInputs(inputs, shapeOf, this, this.label);
    this.checkCausal(shapeOf(named.query)[1], numKeys(named, shapeOf));
    if (this.widths == null) return named;
    const widths = [named.query, named.key, named.value].map((item) => shapeOf(item)[2]);
    const [query, key, value] = this.widths;
    if (`${widths}` === `${this.widths}`) return named;
    const expected = `of the widths ${query}, ${key} and ${value}, with which the layer was built`;
    throw argumentError(this.label, 'query, key and value', expected, widths);
  }

  override call(
    inputs: Tensor | Tensor[],
    kwargs: Parameters<layers.Layer['call']>[1],
  ): Tensor | Tensor[] {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const list = [inputs].flat();
      const { query, key, value, mask, past } = this.named(list, ({ shape }) => shape);
      const [toQueries, toKeys, toValues, ...toOutput] = this.projections!;
      const project = (x: Tensor, layer: layers.Layer) => layer.call(x, kwargs) as Tensor;
      const toHeads = (x: Tensor, layer: layers.Layer) =>
        splitHeads(project(x, layer), this.numHeads);
      const q = toHeads(query, toQueries);
      const k = after(past?.keys, toHeads(key, toKeys));
      const v = after(past?.values, toHeads(value, toValues));
      const isSelf = past == null && key === query && value === query;
      const keyMask = mask ?? (isSelf ? ofKeras(kwargs['mask']) : undefined);
      const attended = this.attend(q, k, v, keyMask);
      const output = toOutput.reduce(project, attended);
      return past == null ? output : [output, k, v];
    });
  }

  /** @returns float32 [batch, queries, width of all heads]. */
  private attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | undefined): Tensor {
    const slopes = tensor1d(this.slopes);
    const attrs = { scale: 1 / Math.sqrt(this.keyDim), causal: this.causal };
    const attended = attention({ q, k, v, mask: asFloats(mask), slopes }, attrs);
    return reshape(attended, [q.shape[0], q.shape[1]!, this.numHeads * this.valueDim]);
  }

  /** Numbers that are open are checked when they are known. */
  private checkCausal(queries: number | null | undefined, keys: number | null | undefined): void {
    if (!this.causal || queries == null || keys == null || queries <= keys) return;
    const expected = `of at least ${queries} positions, one for each query, as causal is true`;
    throw argumentError(this.label, 'key', expected, keys);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const named = this.named(shapesOf(inputShape), (shape) => shape);
    const [batch, queries, width] = named.query as [number | null, number | null, number];
    const output = [batch, queries, this.outputDim ?? width];
    if (named.past == null) return output;
    const kept = [batch, numKeys(named, (shape) => shape), this.numHeads];
    return [output, [...kept, this.keyDim], [...kept, this.valueDim]];
  }

  /** One mask for each output, as tfjs wants it. */
  override computeMask(inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor | Tensor[] {
    const ofQuery = [mask].flat()[0]!;
    const hasPast = [inputs].flat().some(({ rank }) => rank === 4);
    return hasPast ? [ofQuery, undefined!, undefined!] : ofQuery;
  }

  override getConfig(): serialization.ConfigDict {
    const { numHeads, keyDim, valueDim, outputDim, causal, alibi } = this;
    const { layers: inner, ...config } = super.getConfig();
    return {
      ...config,
      numHeads,
      keyDim,
      valueDim,
      ...(outputDim != null && { outputDim }),
      causal,
      alibi,
      ...(this.projections == null ? this.unbuiltConfig : { layers: inner! }),
    };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(MultiHeadAttention);

function shapesOf(shape: Shape | Shape[]): Shape[] {
  return (Array.isArray(shape[0]) ? shape : [shape]) as Shape[];
}

/** tfjs passes the mask of the first input, also null. */
function ofKeras(mask: unknown): Tensor | undefined {
  return ([mask].flat()[0] as Tensor | null | undefined) ?? undefined;
}

/** Own keys or values, after those of earlier positions. */
function after(past: Tensor | undefined, own: Tensor): Tensor {
  return past == null ? own : concat([past, own], 1);
}

function asFloats(mask: Tensor | undefined): Tensor {
  return mask == null ? tensor1d([]) : asFloat32(mask);
}

function checkQuantization(args: MultiHeadAttentionOptions, ternary: boolean, label: string): void {
  if (ternary) return;
  const given = QUANTIZATION.find((name) => args[name] !== undefined);
  if (given == null) return;
  throw argumentError(label, given, 'left out where ternary is false', args[given]);
}

/** A key behind the query would gain by its distance. */
function checkAlibi({ alibi, causal }: MultiHeadAttentionConfig, label: string): void {
  if (alibi && !causal) throw argumentError(label, 'alibi', 'false where causal is false', alibi);
}
