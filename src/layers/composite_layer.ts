import type { serialization, Tensor } from '@tensorflow/tfjs-core';
import { layers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { isTernaryLayer } from './ternary/ternary_layer';

/**
 * A layer that is made of other layers and has no weights of its own. The walk over a model enters it, so that
 * whatever handles ternary or dense layers handles the inner ones, under paths such as "attention/query".
 *
 * A class must keep these rules: its constructor makes the inner layers, `build` builds each with `buildInner`,
 * `call` calls them by `call`, and the constructor takes the entry `layers` of its config, the inner layers in the
 * form that they have in the config of a model (`savedLayers` makes them). `outputLayer`, `innerInputs` and `innerShapes`
 * say how the inner layers are connected. An inner layer may be made of layers too.
 */
export abstract class CompositeLayer extends layers.Layer {
  /** @internal */
  abstract readonly innerLayers: readonly layers.Layer[];

  /**
   * The inner layer that gives the output; undefined before the layer is built.
   * @internal
   */
  abstract readonly outputLayer: layers.Layer | undefined;

  /**
   * Which of the inputs each inner layer takes; undefined for one that takes what others made, at the positions of the
   * output.
   * @param shapeOf the shape of an input.
   * @internal
   */
  abstract innerInputs<Item>(
    inputs: Item[],
    shapeOf: (item: Item) => Shape,
  ): Array<Item | undefined>;

  /**
   * The shape of what each inner layer takes, or the shapes if it takes several tensors.
   * @param inputShape of the layer, as `build` gets it.
   * @internal
   */
  abstract innerShapes(inputShape: Shape | Shape[]): Array<Shape | Shape[]>;

  override get trainableWeights(): LayerVariable[] {
    if (!this.trainable) return [];
    return this.innerLayers.flatMap(({ trainableWeights }) => trainableWeights);
  }

  override get nonTrainableWeights(): LayerVariable[] {
    const trainable = this.trainable ? [] : this.innerLayers.map((inner) => inner.trainableWeights);
    const others = this.innerLayers.map((inner) => inner.nonTrainableWeights);
    return [...trainable, ...others].flat();
  }

  /**
   * Sets the weights of all inner layers, in the order of `getWeights()`.
   * @throws if their number or a shape differs. In these cases nothing has changed.
   */
  override setWeights(weights: Tensor[]): void {
    const inOrder = this.weights;
    const [expected, actual] = [inOrder, weights].map((all) => all.map(({ shape }) => shape));
    const text = JSON.stringify(expected);
    if (JSON.stringify(actual) !== text) {
      const where = `${this.getClassName()} layer "${this.name}"`;
      throw argumentError(where, 'weights', `of the shapes ${text}`, actual);
    }
    for (const inner of this.innerLayers) {
      inner.setWeights(inner.weights.map((weight) => weights[inOrder.indexOf(weight)]!));
    }
  }

  protected override disposeWeights(): number {
    releaseKernels(this);
    return super.disposeWeights();
  }

  override getConfig(): serialization.ConfigDict {
    const inner = this.innerLayers.map((layer) => ({
      className: layer.getClassName(),
      config: layer.getConfig(),
    }));
    return { ...super.getConfig(), layers: inner };
  }
}

function releaseKernels({ innerLayers }: CompositeLayer): void {
  for (const inner of innerLayers) {
    if (isTernaryLayer(inner)) inner.ternaryKernel.release();
    if (inner instanceof CompositeLayer) releaseKernels(inner);
  }
}

/** The layer whose kernel makes the output of a layer: an inner one, if it is made of layers. */
export function outputLayerOf(layer: layers.Layer): layers.Layer {
  const inner = layer instanceof CompositeLayer ? layer.outputLayer : undefined;
  return inner == null ? layer : outputLayerOf(inner);
}
