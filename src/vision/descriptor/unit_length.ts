import { cast, serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { toUnitLength } from '../../ops/unit_length';
import { savedConfig } from '../../tfjs/saved_config';

/**
 * Divides each vector by its length: x / max(|x|, 1e-12) over the last axis. A vector of zeros stays one. It has no
 * weights.
 *
 * Input: float32 (other types are cast to it), [..., width]. Output: float32 of the same shape.
 */
export class UnitLength extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'UnitLength';

  /** @throws an error that names the option that is unknown or wrong. */
  constructor(options: LayerOptions = {}) {
    super(readLayerOptions(UnitLength, new.target, options, LAYER_OPTIONS));
    this.supportsMasking = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      return toUnitLength(cast(x, 'float32'), -1);
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
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
