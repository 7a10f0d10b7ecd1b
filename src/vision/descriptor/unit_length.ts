import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { readLayerOptions } from '../../layers/layer_options';
import { SameShapeLayer } from '../../layers/same_shape_layer';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { toUnitLength } from '../../ops/unit_length';
import { savedConfig } from '../../tfjs/saved_config';

/**
 * Divides each vector by its length: x / max(|x|, 1e-12) over the last axis. A vector of zeros stays one. It has no
 * weights.
 *
 * Input: float32 (other types are cast to it), [..., width]. Output: float32 of the same shape.
 */
export class UnitLength extends SameShapeLayer {
  /** @nocollapse */
  static readonly className: string = 'UnitLength';

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(options: LayerOptions = {}) {
    super(readLayerOptions(UnitLength, new.target, options, LAYER_OPTIONS));
  }

  protected override compute(x: Tensor): Tensor {
    return toUnitLength(x, -1);
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(UnitLength);

/**
 * A layer that gives vectors the length 1: x / max(|x|, 1e-12) over the last axis. The inner product of two descriptors
 * is then their cosine.
 *
 * ```js
 * const layer = unitLength();
 * layer.apply(tf.tensor2d([[3, 4], [0, 0]])).print(); // about 0.6, 0.8, and two zeros
 * layer instanceof UnitLength; // true
 * ```
 *
 * @throws if an option is unknown or wrong.
 */
export function unitLength(options: LayerOptions = {}): UnitLength {
  return new UnitLength(options);
}
