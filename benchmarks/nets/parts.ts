/** Where the time of a net goes, by the class of its layers. */
import type * as tf from '@tensorflow/tfjs';

export const PARTS = [
  'products',
  'attention',
  'normalizations',
  'GELU',
  'embedding',
  'rest',
] as const;
export type Part = (typeof PARTS)[number];
export type PartTimes = Record<Part, number>;

const PART_OF_CLASS: Readonly<Record<string, Part>> = {
  BitLinear: 'products',
  Dense: 'products',
  MultiHeadAttention: 'attention',
  StockAttention: 'attention',
  FusedSelfAttention: 'attention',
  LayerNorm: 'normalizations',
  LayerNormalization: 'normalizations',
  Gelu: 'GELU',
  Activation: 'GELU',
  Sequential: 'embedding',
  Tokens: 'embedding',
  ImagePatches: 'embedding',
  PositionedTokens: 'embedding',
};

/** Milliseconds in each kind of layer of a net, without those of the layers inside them. */
export class PartTimer {
  private times = noTimes();
  /** Milliseconds inside the layers within the one that runs. */
  private inner = 0;

  constructor(model: tf.LayersModel) {
    for (const layer of model.layers) this.watch(layer);
  }

  /** Calls `run`, whose time outside of layers is the rest. */
  time(run: () => void): PartTimes {
    this.times = noTimes();
    this.timed('rest', run);
    return this.times;
  }

  private watch(layer: tf.layers.Layer): void {
    const part = PART_OF_CLASS[layer.getClassName()] ?? 'rest';
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => this.timed(part, () => call(inputs, kwargs));
    // Those of MultiHeadAttention, which its types do not show.
    const { innerLayers = [] } = layer as { innerLayers?: readonly tf.layers.Layer[] };
    for (const inner of innerLayers) this.watch(inner);
  }

  private timed<Result>(part: Part, run: () => Result): Result {
    const outside = this.inner;
    this.inner = 0;
    const start = performance.now();
    const result = run();
    const elapsed = performance.now() - start;
    this.times[part] += elapsed - this.inner;
    this.inner = outside + elapsed;
    return result;
  }
}

function noTimes(): PartTimes {
  return Object.fromEntries(PARTS.map((part) => [part, 0])) as PartTimes;
}
