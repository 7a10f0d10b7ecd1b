import * as tf from '@tensorflow/tfjs';
import { connect, type NetShape } from './net';

/** Keys and values of earlier positions, [batch, positions, heads, width of a head] each. */
type Past = [keys: tf.Tensor, values: tf.Tensor];

/**
 * Writes character by character with a trained net. Each attention keeps the keys and values of the last
 * `context` positions, so that a character costs one row per layer. (After the first `context` characters they come
 * from a window that slides; in training each window began anew.)
 */
export class Writer {
  private readonly layers: ReadonlyMap<string, tf.layers.Layer>;
  /** By the name of the attention. */
  private readonly pasts = new Map<string, Past>();

  constructor(
    net: tf.LayersModel,
    private readonly shape: NetShape,
    private readonly context: number,
  ) {
    this.layers = new Map(net.layers.map((layer) => [layer.name, layer]));
  }

  /** Reads characters, the first time any number of them; then one at a time. @returns logits of the next. */
  read(codes: number[]): Float32Array {
    const { vocabulary } = this.shape;
    return tf.tidy(() => {
      const rows = tf.oneHot(tf.tensor2d([codes], undefined, 'int32'), vocabulary, 1, 0, 'float32');
      const logits = connect<tf.Tensor>(this.shape, this.apply, rows);
      return logits.dataSync().slice(-vocabulary) as Float32Array;
    });
  }

  /** The net layer by layer, as only so each attention can take what it gave before. */
  private readonly apply = (name: string, inputs: tf.Tensor | tf.Tensor[]): tf.Tensor => {
    const layer = this.layers.get(name)!;
    if (!name.endsWith('_attention')) return layer.apply(inputs) as tf.Tensor;
    const past = this.pasts.get(name) ?? this.noPositions();
    const attended = layer.apply([inputs as tf.Tensor, ...past]) as tf.Tensor[];
    const [output, ...kept] = attended as [tf.Tensor, ...Past];
    tf.dispose(past);
    this.pasts.set(name, kept.map((tensor) => tf.keep(this.lastPositions(tensor))) as Past);
    return output;
  };

  private noPositions(): Past {
    const { width, heads } = this.shape;
    const none = () => tf.zeros([1, 0, heads, width / heads]);
    return [none(), none()];
  }

  /** With the next position they will be `context`. */
  private lastPositions(tensor: tf.Tensor): tf.Tensor {
    const [, positions = 0] = tensor.shape;
    const extra = positions - (this.context - 1);
    return extra <= 0 ? tensor : tf.slice(tensor, [0, extra]);
  }

  /** Writes `count` characters after those of `prompt`. */
  write(prompt: number[], count: number, { temperature, seed }: Sampling): number[] {
    const chances = tf.tidy(() => tf.randomUniform([count], 0, 1, 'float32', seed).dataSync());
    this.forget();
    const written: number[] = [];
    let unread = prompt.slice(-this.context);
    for (const chance of chances) {
      written.push(sample(this.read(unread), temperature, chance));
      unread = written.slice(-1);
    }
    this.forget();
    return written;
  }

  private forget(): void {
    tf.dispose([...this.pasts.values()]);
    this.pasts.clear();
  }
}

export interface Sampling {
  /** Logits are divided by it; 0 takes the likeliest character. */
  readonly temperature: number;
  readonly seed: number;
}

/** The character whose share of the cumulated probabilities holds `chance`, in [0, 1). */
export function sample(logits: Float32Array, temperature: number, chance: number): number {
  const highest = Math.max(...logits);
  if (Number.isNaN(highest)) throw new Error('The net computes NaN: its training has diverged.');
  if (temperature === 0) return logits.indexOf(highest);
  const weights = Array.from(logits, (logit) => Math.exp((logit - highest) / temperature));
  let rest = chance * weights.reduce((a, b) => a + b);
  const found = weights.findIndex((weight) => (rest -= weight) < 0);
  return found >= 0 ? found : logits.indexOf(highest); // rounding may leave a rest
}
