import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, layers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { firstShape } from '../../tfjs/layer_nodes';
import { savedConfig } from '../../tfjs/saved_config';

/** Vectors that are learned and no function of the input, of whose width they are: [1, count, width]. */
export class LearnedQueries extends layers.Layer {
  /** @nocollapse */
  static readonly className: string = 'LearnedQueries';

  private readonly count: number;
  private queries: LayerVariable | undefined;

  constructor(config: { name: string; count: number }) {
    super(config);
    this.count = config.count;
  }

  override build(inputShape: Shape | Shape[]): void {
    const initial = initializers.randomNormal({ mean: 0, stddev: 1 });
    const shape = this.computeOutputShape(inputShape);
    this.queries = this.addWeight('queries', shape, 'float32', initial);
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    this.invokeCallHook(inputs, kwargs);
    return this.queries!.read();
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [1, this.count, firstShape(inputShape)[2]!];
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), count: this.count };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(LearnedQueries);
