import { cast, reshape, serialization, tensor1d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { layers, Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { attention } from '../../ops/attention';
import { createQuantizer } from '../../quantizers/kernel/registry';
import { buildInner } from '../../tfjs/inner_layers';
import { savedConfig } from '../../tfjs/saved_config';
import { CompositeLayer } from '../composite_layer';
import { labelOf } from '../layer_label';
import { readLayerOptions } from '../layer_options';
import { splitHeads } from '../split_heads';
import { namedInputs, type AttentionInputs } from './inputs';
import {
  MULTI_HEAD_ATTENTION_CONFIG,
  type MultiHeadAttentionConfig,
  type MultiHeadAttentionOptions,
} from './options';
import { makeProjections, savedProjections, type Projections } from './projections';

/** The options that a float layer does not take. */
const QUANTIZATION = ['kernelQuantizer', 'inputQuantizer', 'eps', 'blend'] as const;

/**
 * Attention in several heads (arXiv 1706.03762) with its four projections, which are ternary or float layers:
 *
 *     output(concat over heads of softmax(query . key^T / sqrt(keyDim)) . value)
 *
 * Inputs: one tensor for self-attention, or [query, value] or [query, value, key], as in Keras; each float32
 * [batch, time, width]. A tensor [batch, keys] after them is the mask: 0 or false hides a key. Without it, the mask of
 * a self-attention is that of its input (`Masking`, or `Embedding` with `maskZero`). Output: float32
 * [batch, queries, outputDim]. A query that sees no key gets the bias of the output. The mask of the query goes on.
 *
 * The layer holds its projections, "query", "key", "value" and "output", in this order: `deploy`, `convert` and
 * `summary` handle each by itself, under the path of the layer and their name. Weights: their kernels and biases.
 */
export class MultiHeadAttention extends CompositeLayer {
  /** @nocollapse */
  static readonly className: string = 'MultiHeadAttention';

  readonly numHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly outputDim: number | undefined;
  readonly causal: boolean;
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
    if (saved == null && ternary) createQuantizer(config.kernelQuantizer, label);
    super(config);
    this.numHeads = numHeads;
    this.keyDim = keyDim;
    this.valueDim = valueDim;
    this.outputDim = outputDim;
    this.causal = config.causal;
    this.supportsMasking = true;
    this.projections = saved && savedProjections(saved, label);
    this.makeProjections = (units) => makeProjections({ ...config, valueDim }, units);
    const { useBias, kernelQuantizer, inputQuantizer, eps, blend } = config;
    const quantization = { kernelQuantizer, inputQuantizer, eps, blend };
    this.unbuiltConfig = {
      useBias,
      ternary,
      ...(ternary && (quantization as serialization.ConfigDict)),
    };
  }

  /** @internal */
  override get innerLayers(): readonly layers.Layer[] {
    return this.projections ?? [];
  }

  private get label(): string {
    return labelOf('MultiHeadAttention', this.name);
  }

  override build(inputShape: Shape | Shape[]): void {
    if (this.built) return;
    const { query, key, value } = this.named(shapesOf(inputShape), (shape) => shape);
    const widths = [query, key, value].map((shape) => shape[2]!);
    this.projections ??= this.makeProjections(this.outputDim ?? widths[0]!);
    const inFeatures = [...widths, this.numHeads * this.valueDim];
    this.projections.forEach((layer, i) => buildInner(this, layer, [null, null, inFeatures[i]!]));
    this.widths = widths;
    this.built = true;
  }

  /** @throws if the inputs, or their shapes, are wrong or have other widths than those of `build`. */
  private named<Item>(inputs: Item[], shapeOf: (item: Item) => Shape): AttentionInputs<Item> {
    const named = namedInputs(inputs, shapeOf, this.label);
    this.checkCausal(shapeOf(named.query)[1], shapeOf(named.key)[1]);
    if (this.widths == null) return named;
    const widths = [named.query, named.key, named.value].map((item) => shapeOf(item)[2]);
    const [query, key, value] = this.widths;
    if (`${widths}` === `${this.widths}`) return named;
    const expected = `of the widths ${query}, ${key} and ${value}, with which the layer was built`;
    throw argumentError(this.label, 'query, key and value', expected, widths);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const list = [inputs].flat();
      const { query, key, value, mask } = this.named(list, ({ shape }) => shape);
      const [toQueries, toKeys, toValues, toOutput] = this.projections!;
      const project = (layer: layers.Layer, x: Tensor) => layer.call(x, kwargs) as Tensor;
      const attended = attention(
        {
          q: splitHeads(project(toQueries, query), this.numHeads),
          k: splitHeads(project(toKeys, key), this.numHeads),
          v: splitHeads(project(toValues, value), this.numHeads),
          mask: asFloats(mask ?? (list.length === 1 ? ofKeras(kwargs['mask']) : undefined)),
          slopes: tensor1d([]),
        },
        { scale: 1 / Math.sqrt(this.keyDim), causal: this.causal },
      );
      const [batch, queries] = attended.shape as [number, number];
      return project(toOutput, reshape(attended, [batch, queries, this.numHeads * this.valueDim]));
    });
  }

  /** Numbers that are open are checked when they are known. */
  private checkCausal(queries: number | null | undefined, keys: number | null | undefined): void {
    if (!this.causal || queries == null || keys == null || queries <= keys) return;
    const expected = `of at least ${queries} positions, one for each query, as causal is true`;
    throw argumentError(this.label, 'key', expected, keys);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const { query } = this.named(shapesOf(inputShape), (shape) => shape);
    return [query[0]!, query[1]!, this.outputDim ?? query[2]!];
  }

  override computeMask(_inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor {
    return [mask].flat()[0]!;
  }

  override getConfig(): serialization.ConfigDict {
    const { numHeads, keyDim, valueDim, outputDim, causal } = this;
    const { layers: inner, ...config } = super.getConfig();
    return {
      ...config,
      numHeads,
      keyDim,
      valueDim,
      ...(outputDim != null && { outputDim }),
      causal,
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

function asFloats(mask: Tensor | undefined): Tensor {
  return mask == null ? tensor1d([]) : cast(mask, 'float32');
}

function checkQuantization(args: MultiHeadAttentionOptions, ternary: boolean, label: string): void {
  if (ternary) return;
  const given = QUANTIZATION.find((name) => args[name] !== undefined);
  if (given == null) return;
  throw argumentError(label, given, 'left out where ternary is false', args[given]);
}
