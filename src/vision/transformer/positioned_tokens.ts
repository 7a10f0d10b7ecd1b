import { add, broadcastTo, concat, serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { labelOf } from '../../layers/layer_label';
import { readLayerOptions } from '../../layers/layer_options';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { firstShape } from '../../tfjs/layer_nodes';
import { savedConfig } from '../../tfjs/saved_config';

/**
 * Puts a learned class token before the patches of each image, and adds a learned position to each token.
 *
 * Weights: `class_token` [1, 1, width] and `positions` [1, 1 + patches, width], both N(0, 1) at first, as in the
 * originals of TeTRA-VPR and TAT-VPR. Input: float32 [batch, patches, width]. Output: float32
 * [batch, 1 + patches, width].
 *
 * ```js
 * new PositionedTokens().apply(tf.zeros([2, 9, 16])).shape; // [2, 10, 16]
 * ```
 */
export class PositionedTokens extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'PositionedTokens';

  private token: LayerVariable | undefined;
  private positions: LayerVariable | undefined;

  /** @throws if an option is unknown. */
  constructor(args: LayerOptions = {}) {
    super(readLayerOptions(PositionedTokens, new.target, args, LAYER_OPTIONS));
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = firstShape(inputShape);
    const [, patches, width] = shape;
    if (shape.length !== 3 || patches == null || width == null) {
      const expected = 'of shape [batch, patches, width], patches and width known';
      throw argumentError(labelOf('PositionedTokens', this.name), 'input', expected, shape);
    }
    const normal = initializers.randomNormal({ mean: 0, stddev: 1 });
    this.token = this.addWeight('class_token', [1, 1, width], 'float32', normal);
    this.positions = this.addWeight('positions', [1, 1 + patches, width], 'float32', normal);
    this.inputSpec = [{ ndim: 3, axes: { 1: patches, 2: width } }];
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const patches = Array.isArray(inputs) ? inputs[0]! : inputs;
      const [batch, , width] = patches.shape as [number, number, number];
      const token = broadcastTo(this.token!.read(), [batch, 1, width]);
      return add(concat([token, patches], 1), this.positions!.read());
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, patches, width] = firstShape(inputShape) as number[];
    return [batch!, 1 + patches!, width!];
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(PositionedTokens);
