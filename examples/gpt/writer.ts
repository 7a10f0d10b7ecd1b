import * as tf from '@tensorflow/tfjs';
import { connect, type NetShape } from './net';

/**
 * Writes character by character with a trained net. Keys and values of the last `context` positions are
 * kept, so that a character costs one row per layer. (After the first `context` characters they come from
 * a window that slides; in training each window began anew.)
 */
export class Writer {
  private readonly first: tf.LayersModel;
  private readonly next: tf.LayersModel;
  private cache: tf.Tensor[] = [];

  constructor(
    net: tf.LayersModel,
    private readonly shape: NetShape,
    private readonly context: number,
  ) {
    this.first = cachingNet(net, shape, false);
    this.next = cachingNet(net, shape, true);
  }

  /** Reads characters, the first time any number of them; then one at a time. @returns logits of the next. */
  read(codes: number[]): Float32Array {
    const [logits, cache] = tf.tidy(() => {
      const characters = tf.cast(
        tf.oneHot(tf.tensor2d([codes], undefined, 'int32'), this.shape.vocabulary),
        'float32',
      );
      const net = this.cache.length === 0 ? this.first : this.next;
      const [output, ...kept] = net.predictOnBatch([characters, ...this.cache]) as tf.Tensor[];
      const last = output.dataSync().slice(-this.shape.vocabulary) as Float32Array;
      return [last, kept.map((tensor) => tf.keep(this.lastPositions(tensor)))] as const;
    });
    tf.dispose(this.cache);
    this.cache = cache;
    return logits;
  }

  /** With the next position they will be `context`. */
  private lastPositions(tensor: tf.Tensor): tf.Tensor {
    const [, positions = 0] = tensor.shape;
    const extra = positions - (this.context - 1);
    return extra <= 0 ? tensor : tf.slice(tensor, [0, extra, 0]);
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
    tf.dispose(this.cache);
    this.cache = [];
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

/**
 * The layers of `net` as a net that also gives the keys and values of each block; `hasPast`: after those
 * of earlier positions, its further inputs.
 */
function cachingNet(net: tf.LayersModel, shape: NetShape, hasPast: boolean): tf.LayersModel {
  const past: tf.SymbolicTensor[] = [];
  const present: tf.SymbolicTensor[] = [];
  const append = (own: tf.SymbolicTensor) => {
    const earlier = tf.input({ shape: [null, shape.width] });
    past.push(earlier);
    return tf.layers.concatenate({ axis: 1 }).apply([earlier, own]) as tf.SymbolicTensor;
  };
  const characters = tf.input({ shape: [null, shape.vocabulary] });
  const logits = connect(
    shape,
    (name, _args, inputs) => net.getLayer(name).apply(inputs) as tf.SymbolicTensor,
    characters,
    (own) => {
      const all = hasPast ? own.map(append) : own;
      present.push(...all);
      return all;
    },
  );
  return tf.model({ inputs: [characters, ...past], outputs: [logits, ...present] });
}
