const tf = require('@tensorflow/tfjs');

/** Multiplies by the sigmoid of 1.7 x: an activation of one's own. */
class QuickGelu extends tf.serialization.Serializable {
  static className = 'quickGelu';

  apply(x) {
    return tf.tidy(() => tf.mul(x, tf.sigmoid(tf.mul(x, 1.7))));
  }

  getConfig() {
    return {};
  }
}

/** A layer of one's own, with a weight and a config. */
class Affine extends tf.layers.Layer {
  static className = 'Affine';

  constructor(config) {
    super(config);
    this.start = config.start;
  }

  build(shape) {
    const initializer = tf.initializers.constant({ value: this.start });
    this.addWeight('factor', [shape.at(-1)], 'float32', initializer);
    this.built = true;
  }

  call(inputs) {
    return tf.mul([inputs].flat()[0], this.weights[0].read());
  }

  getConfig() {
    return { ...super.getConfig(), start: this.start };
  }
}

tf.serialization.registerClass(QuickGelu);
tf.serialization.registerClass(Affine);

module.exports = { Affine };
