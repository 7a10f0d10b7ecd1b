import * as tf from '@tensorflow/tfjs';

export interface StockAttentionArgs {
  readonly name: string;
  readonly numHeads: number;
  /** Width of each head. */
  readonly keyDim: number;
}

/** Far below every score, so that its exponential is exactly 0; finite, as infinities make NaN. */
const HIDDEN = -1e9;

/**
 * Causal attention with ALiBi as one writes it with the layers and operations of TensorFlow.js, which has none: what
 * `multiHeadAttention` is compared with. It takes and gives keys and values of earlier positions as that does.
 * It is made for measurements only, and is not saved.
 */
class StockAttention extends tf.layers.Layer {
  /** @nocollapse */
  static readonly className = 'StockAttention';

  private readonly linear: tf.layers.Layer[];
  private readonly normalization = tf.layers.layerNormalization();

  constructor(private readonly args: StockAttentionArgs) {
    super({ name: args.name });
    const units = args.numHeads * args.keyDim;
    this.linear = [1, 2, 3, 4].map(() => tf.layers.dense({ units, useBias: false }));
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      const [x, ...past] = [inputs].flat();
      const [query, key, value, output] = this.linear.map((layer) => {
        return (input: tf.Tensor) => layer.apply(input) as tf.Tensor;
      });
      const q = this.splitHeads(query(x));
      const own = [this.splitHeads(key(x)), this.splitHeads(value(x))];
      const [k, v] = own.map((tensor, i) => {
        return past.length === 0 ? tensor : tf.concat([past[i], tensor], 1);
      });
      const attended = tf.reshape(this.attend(q, k, v), x.shape);
      const y = output(this.normalization.apply(attended) as tf.Tensor);
      return past.length === 0 ? y : [y, k, v];
    });
  }

  private attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
    const [byHeads, keys, values] = [q, k, v].map((x) => tf.transpose(x, [0, 2, 1, 3]));
    const scaled = tf.mul(byHeads, 1 / Math.sqrt(this.args.keyDim));
    const bias = causalBias(this.args.numHeads, q.shape[1]!, k.shape[1]!);
    const scores = tf.add(tf.matMul(scaled, keys, false, true), bias);
    return tf.transpose(tf.matMul(tf.softmax(scores), values), [0, 2, 1, 3]);
  }

  private splitHeads(x: tf.Tensor): tf.Tensor {
    const [batch, time] = x.shape;
    return tf.reshape(x, [batch, time, this.args.numHeads, this.args.keyDim]);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return inputShape as tf.Shape;
  }

  /** The weights of the layers in it, so that they are disposed of with it. */
  override get trainableWeights() {
    return [...this.linear, this.normalization].flatMap((layer) => layer.trainableWeights);
  }
}

/** What is added to the scores, [heads, queries, keys]; the last query stands at the last key. */
function causalBias(heads: number, queries: number, keys: number): tf.Tensor {
  const bias = new Float32Array(heads * queries * keys);
  let i = 0;
  for (let head = 1; head <= heads; head++) {
    const slope = 2 ** ((-8 * head) / heads);
    for (let query = keys - queries; query < keys; query++) {
      for (let key = 0; key < keys; key++) bias[i++] = key > query ? HIDDEN : slope * (key - query);
    }
  }
  return tf.tensor3d(bias, [heads, queries, keys]);
}

export function stockAttention(args: StockAttentionArgs): tf.layers.Layer {
  return new StockAttention(args);
}
