import { serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { layers, Shape } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { CompositeLayer } from '../../layers/composite_layer';
import { labelOf } from '../../layers/layer_label';
import { savedLayers, type SavedLayer } from '../../layers/saved_layers';
import { LAYER_OPTIONS, type LayerOptions } from '../../layers/tfjs_options';
import { buildInner } from '../../tfjs/inner_layers';
import { savedConfig } from '../../tfjs/saved_config';
import { tokenShape, tokensIn, type TokenShape } from './tokens';

/** An inner layer, and the shape of what it takes. */
export interface Part {
  readonly input: Shape | Shape[];
  make(): layers.Layer;
}

/** What tfjs hands to `call` beside the inputs. */
export type CallArguments = Parameters<layers.Layer['call']>[1];

/**
 * A layer that is made of other layers and takes the tokens of images, float32 [batch, tokens, channels]. Its config has
 * the options of its class and, once it is built, its inner layers.
 */
export abstract class LayerOfParts<Settings extends object> extends CompositeLayer {
  /** The options of the class. */
  protected readonly settings: Settings;
  private made: layers.Layer[] = [];
  /** The shape with which the layer was built. */
  protected builtFor: TokenShape | undefined;

  /** @param options those of the class, read, and those of every layer. */
  constructor(options: Settings & LayerOptions) {
    super(options);
    const own = Object.entries(options).filter(([name]) => !(name in LAYER_OPTIONS));
    this.settings = Object.fromEntries(own) as Settings;
  }

  /** The inner layers, in order, each with a name of its own. */
  protected abstract parts(shape: TokenShape): Part[];

  /** @param tokens float32, of a shape that has been checked. */
  protected abstract compute(tokens: Tensor, kwargs: CallArguments): Tensor | Tensor[];

  protected abstract outputShapes(shape: TokenShape): Shape | Shape[];

  /** @throws if the layer cannot take tokens of this shape. */
  protected checkTokens(_shape: TokenShape): void {}

  /** @internal */
  override get innerLayers(): readonly layers.Layer[] {
    return this.made;
  }

  /** @internal */
  override get outputLayer(): layers.Layer | undefined {
    return this.made[this.made.length - 1];
  }

  /** @internal */
  override innerInputs(): undefined[] {
    return this.made.map(() => undefined);
  }

  /** @internal */
  override innerShapes(inputShape: Shape | Shape[]): Array<Shape | Shape[]> {
    return this.parts(this.checked(inputShape)).map(({ input }) => input);
  }

  protected get label(): string {
    return labelOf(this.getClassName(), this.name);
  }

  override build(inputShape: Shape | Shape[]): void {
    if (this.built) return;
    const shape = this.checked(inputShape);
    const parts = this.parts(shape);
    if (this.made.length === 0) this.made = parts.map((part) => part.make());
    this.made.forEach((layer, i) => buildInner(this, layer, parts[i]!.input));
    this.builtFor = shape;
    this.built = true;
  }

  protected shapeOf(inputShape: Shape | Shape[]): TokenShape {
    return tokenShape(inputShape, this.label);
  }

  private checked(inputShape: Shape | Shape[]): TokenShape {
    const shape = this.shapeOf(inputShape);
    this.checkTokens(shape);
    const [, , channels] = shape;
    const [, , wanted] = this.builtFor ?? shape;
    if (channels === wanted) return shape;
    const expected = `of ${wanted} channels, with which the layer was built`;
    throw argumentError(this.label, 'tokens', expected, shape);
  }

  override call(inputs: Tensor | Tensor[], kwargs: CallArguments): Tensor | Tensor[] {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const tokens = tokensIn(inputs);
      this.checked(tokens.shape);
      return this.compute(tokens, kwargs);
    });
  }

  /** What an inner layer makes. */
  protected run(name: string, inputs: Tensor | Tensor[], kwargs: CallArguments): Tensor {
    return this.partNamed(name).call(inputs, kwargs) as Tensor;
  }

  protected partNamed(name: string): layers.Layer {
    return this.made.find((layer) => layer.name === name)!;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.outputShapes(this.checked(inputShape));
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), ...this.settings };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    const { layers: saved, ...options } = savedConfig(config);
    const layer = new cls(options);
    const ofParts = layer as unknown as LayerOfParts<object>;
    ofParts.made = savedLayers((saved ?? []) as unknown as SavedLayer[], ofParts.label);
    return layer;
  }
}
