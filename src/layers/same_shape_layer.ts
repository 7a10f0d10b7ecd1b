import { tidy, type Tensor } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { asFloat32 } from '../ops/as_float32';

/** A layer without weights that gives float32 of the shape of its one input, and passes masks on. */
export abstract class SameShapeLayer extends layers.Layer {
  constructor(args: ConstructorParameters<typeof layers.Layer>[0]) {
    super(args);
    this.supportsMasking = true;
  }

  /** @param x float32. */
  protected abstract compute(x: Tensor): Tensor;

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      return this.compute(asFloat32(x));
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inputShape;
  }
}
