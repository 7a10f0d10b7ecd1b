import { serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, type layers, type Shape } from '@tensorflow/tfjs-layers';
import { inputQuantizer, type InputQuantizerName } from '../../quantizers/input/registry';
import type { KernelQuantizerConfig } from '../../quantizers/kernel/config';
import { Conv2D } from '../../tfjs/conv2d';
import { firstShape } from '../../tfjs/layer_nodes';
import { asFloat32 } from '../../ops/as_float32';
import { savedConfig } from '../../tfjs/saved_config';
import { matMulProducts } from '../bit_linear/products';
import { readLayerOptions } from '../layer_options';
import { builtLatentKernel, packInPlace } from '../ternary/change_life';
import { createKernel } from '../ternary/create_kernel';
import { shapeOfInput, type LayerInputs } from '../ternary/inputs';
import type { LatentKernel } from '../ternary/latent_kernel';
import type { PackedKernel } from '../ternary/packed_kernel';
import { checkDeployed } from '../ternary/packed_weights';
import { setTernaryWeights } from '../ternary/set_weights';
import type { AddWeight } from '../ternary/ternary_kernel';
import type { TernaryLayerClass } from '../ternary/ternary_layer';
import { checkImageShape } from './input_shape';
import {
  BIT_CONV2D_CONFIG,
  checkWindow,
  layerLabel,
  type BitConv2DConfig,
  type BitConv2DOptions,
} from './options';
import { convolutionProducts } from './products';

/**
 * A Conv2D layer with ternary weights {-1, 0, +1}: `activation(convolution of x with W^ + bias)`.
 *
 * In training it keeps the float `kernel` [height, width, channels, filters]. Every forward pass quantizes the kernel,
 * as a matrix [height * width * channels, filters], with `kernelQuantizer`, and the input with `inputQuantizer`;
 * gradients go straight through both. Weights: `kernel`, `bias` [filters], and for quantizers with a learned scale
 * `alpha`.
 *
 * `deploy()` replaces the kernel with `packed` (int32, 2 bits for each weight) and `scale`; from then on
 * nothing in it is trainable. With int8 inputs its outputs stay bit-identical.
 *
 * Input: [batch, height, width, channels]; types other than float32 are cast to it. With int8 inputs, one image with
 * NaN or infinity gives outputs of NaN, and the other images of its batch keep theirs.
 * Output: float32 [batch, height, width, filters], of the sizes that Conv2D gives.
 */
export class BitConv2D extends Conv2D {
  /** @nocollapse */
  static override readonly className: string = 'BitConv2D';

  readonly kernelQuantizer: Readonly<KernelQuantizerConfig>;
  readonly inputQuantizer: InputQuantizerName;
  /** What has a scale of its own: an image, or a position. */
  readonly scalePer: 'image' | 'position';
  readonly eps: number;

  private state: LatentKernel | PackedKernel;
  private builtChannels: number | undefined;

  /** @throws an error that names the option of `bitConv2d` that is unknown or wrong. */
  constructor(args: BitConv2DOptions) {
    const config = readLayerOptions<BitConv2DConfig, typeof BIT_CONV2D_CONFIG>(
      BitConv2D,
      new.target,
      args,
      BIT_CONV2D_CONFIG,
    );
    checkDeployed(config, layerLabel(config.name));
    super(config);
    const rule = config.inputQuantizer;
    this.inputQuantizer = typeof rule === 'string' ? rule : rule.name;
    this.scalePer = typeof rule === 'string' ? 'image' : rule.per;
    this.eps = config.eps;
    const label = layerLabel(this.name);
    const isPerPosition = this.scalePer === 'position';
    checkWindow(this, isPerPosition, layerLabel(config.name));
    // A window of one point on rows that are positions is a matrix product.
    const products = isPerPosition ? matMulProducts(false) : convolutionProducts(this);
    const options = { label, products, inputQuantizer: this.inputQuantizer, eps: this.eps };
    const { kernel, kernelQuantizer } = createKernel(config, options, layerLabel(config.name));
    this.state = kernel;
    this.kernelQuantizer = kernelQuantizer;
  }

  /**
   * The kernel in its present life: what the rest of the package knows of the layer.
   * @internal
   */
  get ternaryKernel(): LatentKernel | PackedKernel {
    return this.state;
  }

  /** True after the layer was deployed: it holds packed weights instead of a float kernel. */
  get deployed(): boolean {
    return this.state.deployed;
  }

  /**
   * The share of the quantization that is in force, both in training and in inference: 0 computes as a Conv2D
   * layer, 1 as the ternary layer. It can be set at any time, without compiling the model again.
   */
  get blend(): number {
    return this.state.blend;
  }

  /** @throws if the value is not a number from 0 to 1, or is not 1 for a deployed layer. */
  set blend(value: number) {
    this.state.blend = value;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = firstShape(inputShape);
    const channels = this.checkInputShape(shape);
    if (this.built) return;
    this.builtChannels = channels;
    const add: AddWeight = (name, shape, dtype, trainable) =>
      this.addWeight(name, shape, dtype, initializers.zeros(), undefined, trainable);
    if (this.state.deployed) {
      const [height, width] = this.kernelSize;
      this.state.build([height * width * channels, this.filters], add);
      if (this.useBias) this.bias = add('bias', [this.filters], 'float32', false);
    } else {
      super.build(shape);
      if (this.kernel != null) this.state.build(this.kernel, add);
    }
    this.built = true;
  }

  /** tfjs calls this with the input of the layer, before and after building the layer. */
  protected override assertInputCompatibility(inputs: LayerInputs): void {
    this.checkInputShape(shapeOfInput(inputs, layerLabel(this.name)));
  }

  /** @returns the number of channels. */
  private checkInputShape(shape: Shape): number {
    const { maxInFeatures } = inputQuantizer(this.inputQuantizer);
    const limits = { channels: this.builtChannels, maxInFeatures };
    return checkImageShape(shape, this, limits, layerLabel(this.name));
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const [input] = Array.isArray(inputs) ? (inputs as [Tensor]) : [inputs];
      this.checkInputShape(input.shape);
      return this.state.forward(asFloat32(input), this.bias?.read(), this.activation);
    });
  }

  /**
   * Replaces the float kernel with packed ternary weights, in place. Calling it again does nothing.
   *
   * Use it for a layer on its own. For a layer inside a model use `deploy(model)`: a compiled tfjs model
   * keeps lists of the old weights, and must be compiled again before it can be trained further.
   *
   * ```js
   * const layer = bitConv2d({filters: 3, kernelSize: 3});
   * const x = tf.randomNormal([2, 8, 8, 5]);
   * const before = layer.apply(x);
   * const after = layer.deploy().apply(x); // the same numbers, bit for bit
   * tf.equal(before, after).all().dataSync()[0] === 1; // true
   * ```
   *
   * @returns the layer.
   * @throws if the layer is not built, its `blend` is below 1, or its kernel holds NaN or infinity. In these
   * cases nothing has changed.
   */
  deploy(): this {
    if (this.state.deployed) return this;
    const latent = builtLatentKernel(this, layerLabel(this.name), 'deploy');
    this.state = packInPlace(this, latent);
    return this;
  }

  protected override disposeWeights(): number {
    this.state.release();
    return super.disposeWeights();
  }

  /**
   * Sets all weights, in the order of `getWeights()`. A layer with a learned scale also accepts the
   * weights of a Conv2D layer (kernel, bias), and then starts its scale from that kernel.
   * @throws if their number, a shape or a dtype differs. In these cases nothing has changed.
   */
  override setWeights(weights: Tensor[]): void {
    const setting = { label: layerLabel(this.name), weights: this.weights, kernel: this.state };
    setTernaryWeights(setting, weights, (values) => super.setWeights(values));
  }

  override getConfig(): serialization.ConfigDict {
    const isPerPosition = this.scalePer === 'position';
    return {
      ...super.getConfig(),
      kernelQuantizer: { ...this.kernelQuantizer },
      inputQuantizer: isPerPosition ? { name: 'int8', per: 'position' } : this.inputQuantizer,
      eps: this.eps,
      ...this.state.getConfig(),
    };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(savedConfig(config));
  }
}

serialization.registerClass(BitConv2D satisfies TernaryLayerClass);
