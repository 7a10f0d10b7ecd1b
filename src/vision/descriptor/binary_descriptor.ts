import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { readLayerOptions } from '../../layers/layer_options';
import { SameShapeLayer } from '../../layers/same_shape_layer';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { signStraightThrough } from '../../ops/sign_straight_through';
import { savedConfig } from '../../tfjs/saved_config';

/**
 * The signs of a descriptor: -1, 0 or 1. Its gradient is straight-through, that of the output where |x| <= 1 and 0
 * elsewhere. It has no weights.
 *
 * Input: float32 (other types are cast to it), of any shape. Output: float32 of the same shape.
 */
export class BinaryDescriptor extends SameShapeLayer {
  /** @nocollapse */
  static readonly className: string = 'BinaryDescriptor';

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(options: LayerOptions = {}) {
    super(readLayerOptions(BinaryDescriptor, new.target, options, LAYER_OPTIONS));
  }

  protected override compute(x: Tensor): Tensor {
    return signStraightThrough(x);
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(BinaryDescriptor);

/**
 * A layer that gives the signs of a descriptor, with a straight-through gradient, as TeTRA-VPR (arXiv 2503.02511)
 * trains with it. A model that has both outputs gives the float and the binary descriptor of an image at once:
 *
 * ```js
 * const tokens = tf.input({shape: [10, 8]}); // the class and 3 x 3 patches
 * const descriptor = unitLength().apply(gemPooling({units: 16}).apply(tokens));
 * const binary = binaryDescriptor().apply(descriptor);
 * binary.sourceLayer instanceof BinaryDescriptor; // true
 * const model = tf.model({inputs: tokens, outputs: [descriptor, binary]});
 * const [floats, signs] = model.predict(tf.randomNormal([2, 10, 8]));
 * packBits(await signs.data(), 16).length; // 4
 * ```
 *
 * `packBits` makes the same bits of either output: 1 where a number is above 0.
 *
 * @throws if an option is unknown or wrong.
 */
export function binaryDescriptor(options: LayerOptions = {}): BinaryDescriptor {
  return new BinaryDescriptor(options);
}
