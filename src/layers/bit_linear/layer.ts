import { serialization, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, type layers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { asFloat32 } from '../../ops/as_float32';
import { inputQuantizer, type InputQuantizerName } from '../../quantizers/input/registry';
import type { KernelQuantizerConfig } from '../../quantizers/kernel/config';
import type { QuantizedKernel } from '../../quantizers/kernel/kernel_quantizer';
import { Dense, type DenseLayer } from '../../tfjs/dense';
import { firstShape } from '../../tfjs/layer_nodes';
import { savedConfig } from '../../tfjs/saved_config';
import { readLayerOptions } from '../layer_options';
import { builtLatentKernel, packInPlace } from '../ternary/change_life';
import { createKernel } from '../ternary/create_kernel';
import { shapeOfInput, type LayerInputs } from '../ternary/inputs';
import type { LatentKernel } from '../ternary/latent_kernel';
import type { PackedKernel } from '../ternary/packed_kernel';
import { checkDeployed, type PackedWeights } from '../ternary/packed_weights';
import { setTernaryWeights } from '../ternary/set_weights';
import type { AddWeight } from '../ternary/ternary_kernel';
import type { TernaryLayerClass } from '../ternary/ternary_layer';
import { readDenseOptions, type FromDenseOptions } from './from_dense';
import { packedTensors, readPackedOptions, type FromPackedOptions } from './from_packed';
import { checkInputShape } from './input_shape';
import {
  BIT_LINEAR_CONFIG,
  currentConfig,
  layerLabel,
  type BitLinearConfig,
  type BitLinearOptions,
} from './options';
import { matMulProducts } from './products';

/**
 * A Dense layer with ternary weights {-1, 0, +1}: `activation(x . W^ + bias)`.
 *
 * In training it keeps the float `kernel` [in, units]. Every forward pass quantizes the kernel with
 * `kernelQuantizer` and the input with `inputQuantizer`; gradients go straight through both. Weights:
 * `kernel`, `bias` [units], and for quantizers with a learned scale `alpha`.
 *
 * `deploy()` replaces the kernel with `packed` (int32, 2 bits for each weight) and `scale`; from then on
 * nothing in it is trainable. With int8 inputs its outputs stay bit-identical.
 *
 * Input: rank 2 or more, [..., in]; types other than float32 are cast to it, as in Dense.
 * Output: float32 [..., units].
 *
 * Source of the layer: BitNet (arXiv 2310.11453) and BitNet b1.58 (arXiv 2402.17764).
 */
export class BitLinear extends Dense {
  /** @nocollapse */
  static override readonly className: string = 'BitLinear';

  readonly kernelQuantizer: Readonly<KernelQuantizerConfig>;
  readonly inputQuantizer: InputQuantizerName;
  readonly eps: number;
  /** Whether the deployed layer skips blocks of 4 inputs that are all zero. */
  readonly skipZeroBlocks: boolean;

  private state: LatentKernel | PackedKernel;
  private builtInFeatures: number | undefined;
  private weightScope = '';

  /** @throws an error that names the option of `bitLinear` that is unknown or wrong. */
  constructor(args: BitLinearOptions) {
    const config = readLayerOptions<BitLinearConfig, typeof BIT_LINEAR_CONFIG>(
      BitLinear,
      new.target,
      args,
      BIT_LINEAR_CONFIG,
    );
    checkDeployed(config, layerLabel(config.name));
    super(config);
    const { inputQuantizer, eps, skipZeroBlocks } = config;
    const label = layerLabel(this.name);
    const options = { label, products: matMulProducts(skipZeroBlocks), inputQuantizer, eps };
    const { kernel, kernelQuantizer } = createKernel(config, options, layerLabel(config.name));
    this.state = kernel;
    this.kernelQuantizer = kernelQuantizer;
    this.inputQuantizer = inputQuantizer;
    this.eps = eps;
    this.skipZeroBlocks = skipZeroBlocks;
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
   * The share of the quantization that is in force, both in training and in inference: 0 computes as a Dense
   * layer, 1 as the ternary layer. It can be set at any time, without compiling the model again.
   */
  get blend(): number {
    return this.state.blend;
  }

  /** @throws if the value is not a number from 0 to 1, or is not 1 for a deployed layer. */
  set blend(value: number) {
    this.state.blend = value;
  }

  /** Number of inputs per output; undefined until the layer is built. */
  get inFeatures(): number | undefined {
    return this.builtInFeatures;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = firstShape(inputShape);
    const inFeatures = this.checkInputShape(shape);
    if (this.built) return;
    this.builtInFeatures = inFeatures;
    const add: AddWeight = (name, shape, dtype, trainable) =>
      this.addWeight(name, shape, dtype, initializers.zeros(), undefined, trainable);
    if (this.state.deployed) {
      this.state.build([inFeatures, this.units], add);
      if (this.useBias) this.bias = add('bias', [this.units], 'float32', false);
    } else {
      super.build(shape);
      if (this.kernel != null) this.state.build(this.kernel, add);
    }
    this.built = true;
  }

  protected override addWeight(name: string, ...rest: unknown[]): LayerVariable {
    return super.addWeight(this.weightScope + name, ...rest);
  }

  /** tfjs calls this with the input of the layer, before and after building the layer. */
  protected override assertInputCompatibility(inputs: LayerInputs): void {
    this.checkInputShape(shapeOfInput(inputs, layerLabel(this.name)));
  }

  /** @returns the number of inputs per output. */
  private checkInputShape(shape: Shape): number {
    const { maxInFeatures } = inputQuantizer(this.inputQuantizer);
    const limits = { inFeatures: this.builtInFeatures, maxInFeatures };
    return checkInputShape(shape, limits, layerLabel(this.name));
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
   * The kernel that the forward pass at blend 1 uses, W^ = scale * ternary.
   * @throws if the layer is not built, or deployed.
   */
  quantizedKernel(): QuantizedKernel {
    return this.latentKernel('quantizedKernel').quantized();
  }

  /**
   * Packs the kernel without changing the layer.
   * @throws if the layer is not built or already deployed, its `blend` is below 1, its kernel holds
   * NaN or infinity, or its quantizer makes values other than -1, 0 and 1.
   */
  packKernel(): PackedWeights {
    return this.latentKernel('packKernel').pack();
  }

  private latentKernel(method: string): LatentKernel {
    return builtLatentKernel(this, layerLabel(this.name), method);
  }

  /**
   * Replaces the float kernel with packed ternary weights, in place. Calling it again does nothing.
   *
   * Use it for a layer on its own. For a layer inside a model use `deploy(model)`: a compiled tfjs model
   * keeps lists of the old weights, and must be compiled again before it can be trained further.
   *
   * ```js
   * const layer = bitLinear({units: 3});
   * const x = tf.randomNormal([2, 8]);
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
    const latent = this.latentKernel('deploy');
    this.state = packInPlace(this, latent);
    return this;
  }

  protected override disposeWeights(): number {
    this.state.release();
    return super.disposeWeights();
  }

  /**
   * Sets all weights, in the order of `getWeights()`. A layer with a learned scale also accepts the
   * weights of a Dense layer (kernel, bias), and then starts its scale from that kernel.
   * @throws if their number, a shape or a dtype differs. In these cases nothing has changed.
   */
  override setWeights(weights: Tensor[]): void {
    const setting = { label: layerLabel(this.name), weights: this.weights, kernel: this.state };
    setTernaryWeights(setting, weights, (values) => super.setWeights(values));
  }

  override getConfig(): serialization.ConfigDict {
    return {
      ...super.getConfig(),
      kernelQuantizer: { ...this.kernelQuantizer },
      inputQuantizer: this.inputQuantizer,
      eps: this.eps,
      skipZeroBlocks: this.skipZeroBlocks,
      ...this.state.getConfig(),
    };
  }

  /** @nocollapse */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls(currentConfig(savedConfig(config)));
  }

  /**
   * A BitLinear with the config (name included) and, if it is built, the weights of a Dense layer.
   *
   * ```js
   * const dense = tf.layers.dense({units: 4});
   * dense.apply(tf.ones([1, 8]));
   * const layer = BitLinear.fromDense(dense, {kernelQuantizer: 'lsq'});
   * layer.inFeatures; // 8
   * ```
   *
   * @param options of `bitLinear`, which override those of the Dense layer.
   * @throws if `dense` is not a Dense layer (a layer of a class that extends Dense computes something
   * else), it has a constraint, or an option is unknown or wrong.
   */
  static fromDense<Class extends BitLinear>(
    this: new (options: BitLinearOptions) => Class,
    dense: layers.Layer,
    options: FromDenseOptions = {},
  ): Class {
    const layer = new this(readDenseOptions(dense, options));
    const { kernel } = dense as DenseLayer;
    if (kernel == null) return layer;
    layer.buildAlone(kernel.shape[0]!);
    layer.setWeights(dense.weights.map((weight) => weight.read()));
    return layer;
  }

  /**
   * A deployed layer of packed weights from elsewhere: from an importer, or from `packKernel()`.
   *
   * ```js
   * const packed = packTernary(tf.tensor2d([[1, 0], [-1, 1], [0, 1]])).dataSync();
   * const layer = BitLinear.fromPacked({packed, scale: [0.5], inFeatures: 3, units: 2});
   * layer.apply(tf.tensor2d([[1, 2, 3]])).print(); // about [[-0.5, 2.5]]
   * ```
   *
   * @throws if an option is unknown, wrong or missing, the words hold the unused code 3, their number is not
   * the one that `inFeatures` and `units` need, or a scale is not finite and positive.
   */
  static fromPacked<Class extends BitLinear>(
    this: new (options: BitLinearOptions) => Class,
    options: FromPackedOptions,
  ): Class {
    const packed = readPackedOptions(options);
    const layer = new this(packed.config);
    layer.buildAlone(packed.inFeatures);
    tidy(() => layer.setWeights(packedTensors(packed)));
    return layer;
  }

  /** Outside of `apply`, tfjs gives weights no scope, but it saves them under their scoped names. */
  private buildAlone(inFeatures: number): void {
    this.weightScope = `${this.name}/`;
    this.build([null, inFeatures]);
  }
}

serialization.registerClass(BitLinear satisfies TernaryLayerClass);
