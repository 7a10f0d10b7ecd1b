/** The layers of a Vision Transformer that TensorFlow.js does not have. */
import * as tf from '@tensorflow/tfjs';

/** Puts the class token before the patches, and adds the positions. */
export class Tokens extends tf.layers.Layer {
  static readonly className = 'Tokens';
  private classToken!: tf.LayerVariable;
  private positions!: tf.LayerVariable;

  override build([, patches, width]: number[]): void {
    const initializer = tf.initializers.randomUniform({ minval: -0.02, maxval: 0.02 });
    this.classToken = this.addWeight('class_token', [1, 1, width], 'float32', initializer);
    this.positions = this.addWeight('positions', [1, patches + 1, width], 'float32', initializer);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [patches] = [inputs].flat();
      const [batch, , width] = patches.shape;
      const token = tf.broadcastTo(this.classToken.read(), [batch, 1, width]);
      return tf.add(tf.concat([token, patches], 1), this.positions.read());
    });
  }

  override computeOutputShape([batch, patches, width]: number[]): tf.Shape {
    return [batch, patches + 1, width];
  }
}

interface StockAttentionOptions {
  readonly name: string;
  readonly heads: number;
}

/** softmax(q . k^T / sqrt(width of a head)) . v of ops of TensorFlow.js; q, k and v are [batch, time, width]. */
export class StockAttention extends tf.layers.Layer {
  static readonly className = 'StockAttention';
  private readonly heads: number;

  constructor({ name, heads }: StockAttentionOptions) {
    super({ name });
    this.heads = heads;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [batch, time, width] = [inputs].flat()[0].shape;
      const split = [batch, time, this.heads, width / this.heads];
      const byHead = (x: tf.Tensor) => tf.transpose(tf.reshape(x, split), [0, 2, 1, 3]);
      const [q, k, v] = [inputs].flat().map(byHead);
      const scores = tf.mul(tf.matMul(q, k, false, true), Math.sqrt(this.heads / width));
      const attended = tf.matMul(tf.softmax(scores), v);
      return tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [batch, time, width]);
    });
  }

  override computeOutputShape([shape]: tf.Shape[]): tf.Shape {
    return shape;
  }
}

// `deploy` builds a net anew, by the names of its classes.
tf.serialization.registerClass(Tokens);
