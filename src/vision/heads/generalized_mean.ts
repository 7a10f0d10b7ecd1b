import { div, maximum, mean, pow, serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { toUnitLength } from '../../ops/unit_length';
import { firstShape } from '../../tfjs/layer_nodes';
import { savedConfig } from '../../tfjs/saved_config';

/** A power of 0 has no root, so that smaller values are raised to this one. */
const LOWEST = 1e-6;

/** The axes of [batch, tokens, channels]. */
const AXES = { tokens: 1, channels: 2 } as const;

/** The part of GeM without its projection; see `GemPooling`. */
export class GeneralizedMean extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'GeneralizedMean';

  private readonly normalizeOver: keyof typeof AXES;
  private readonly initialPower: number;
  private power: LayerVariable | undefined;

  constructor(config: { name: string; normalizeOver: keyof typeof AXES; initialPower: number }) {
    super(config);
    this.normalizeOver = config.normalizeOver;
    this.initialPower = config.initialPower;
  }

  override build(): void {
    const initial = initializers.constant({ value: this.initialPower });
    this.power = this.addWeight('power', [1], 'float32', initial);
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const tokens = Array.isArray(inputs) ? inputs[0]! : inputs;
      const power = this.power!.read();
      const positive = maximum(toUnitLength(tokens, AXES[this.normalizeOver]), LOWEST);
      return pow(mean(pow(positive, power), 1), div(1, power));
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, , channels] = firstShape(inputShape);
    return [batch!, channels!];
  }

  override getConfig(): serialization.ConfigDict {
    const { normalizeOver, initialPower } = this;
    return { ...super.getConfig(), normalizeOver, initialPower };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(GeneralizedMean);
