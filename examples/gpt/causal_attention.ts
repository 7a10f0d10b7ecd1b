import * as tf from '@tensorflow/tfjs';

export interface CausalAttentionArgs {
  /** Must divide the width. */
  heads: number;
  name?: string;
}

/**
 * Attention of each position to itself and those before it (arXiv 1706.03762), which tfjs does not have. It has
 * no weights: queries, keys and values come from linear layers. Positions enter through ALiBi (arXiv
 * 2108.12409): a score falls with the distance, by a slope of its own in each head.
 *
 *     softmax(q . k^T / sqrt(width / heads) - slope * distance) . v
 *
 * Inputs: [q, k, v], each [batch, time, width]; k and v may have more times than q, which then is the
 * end of them. Output: the shape of q.
 */
export class CausalAttention extends tf.layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'CausalAttention';

  private readonly heads: number;

  /** @throws if `heads` is not a positive integer. */
  constructor(args: CausalAttentionArgs) {
    super(args);
    this.heads = args.heads;
    if (!Number.isInteger(this.heads) || this.heads < 1) {
      throw this.error('heads', 'a positive integer', this.heads);
    }
  }

  private error(argument: string, expected: string, actual: unknown): Error {
    const label = `CausalAttention layer "${this.name}"`;
    return new Error(`${label}: ${argument} must be ${expected}, got ${JSON.stringify(actual)}.`);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shapes = inputShape as tf.Shape[];
    const width = shapes[0]?.[2] ?? 0;
    const fits = (shape: tf.Shape) => shape.length === 3 && shape[2] === width;
    if (shapes.length !== 3 || !shapes.every(fits) || width < 1 || width % this.heads !== 0) {
      const expected = `three of shape [batch, time, width], ${this.heads} heads dividing the width`;
      throw this.error('inputs', expected, inputShape);
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [q, k, v] = (inputs as tf.Tensor3D[]).map((input) => this.splitHeads(input));
      const [queries, keys, depth] = [q!.shape[2]!, k!.shape[2]!, q!.shape[3]!];
      const products = tf.matMul(tf.mul(q!, 1 / Math.sqrt(depth)), k!, false, true);
      const bias = tf.tensor(causalBias(this.heads, queries, keys), [this.heads, queries, keys]);
      const mixed = tf.matMul(tf.softmax(tf.add(products, bias)), v!);
      return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), (inputs as tf.Tensor[])[0]!.shape);
    });
  }

  /** To [batch, heads, time, depth]. */
  private splitHeads(x: tf.Tensor3D): tf.Tensor4D {
    const [batch, time, width] = x.shape;
    const parts = tf.reshape(x, [batch, time, this.heads, width / this.heads]);
    return tf.transpose(parts, [0, 2, 1, 3]) as tf.Tensor4D;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return (inputShape as tf.Shape[])[0]!;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), heads: this.heads };
  }
}

tf.serialization.registerClass(CausalAttention);

/** Far below every score, so that its exponential is exactly 0; finite, because infinities make NaN. */
const HIDDEN = -1e9;

/** What ALiBi adds to the scores, [heads, queries, keys]; the last query stands at the last key. */
export function causalBias(heads: number, queries: number, keys: number): Float32Array {
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
