import {
  cast,
  reshape,
  serialization,
  Tensor,
  tensor1d,
  tensor2d,
  tidy,
  util,
  type DataId,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import {
  initializers,
  LayerVariable,
  type layers,
  SymbolicTensor,
  type Shape,
} from '@tensorflow/tfjs-layers';
import { releasePacked } from '../backends/release_packed';
import type { Activation } from '../engine/engine';
import { argumentError, TWO_COPIES } from '../errors';
import { checkOptionNames } from '../options/option_names';
import { blendedMatMul } from '../ops/blended_mat_mul';
import { ternaryMatMul } from '../ops/ternary_mat_mul';
import { trainableMatMul, type InputQuantizer } from '../ops/trainable_mat_mul';
import { LAYOUT, pack, packedShape } from '../packing/int2';
import { MAX_IN_FEATURES } from '../quantizers/input/int8';
import type { KernelQuantizer, QuantizedKernel } from '../quantizers/kernel/kernel_quantizer';
import {
  createQuantizer,
  quantizerConfig,
  type KernelQuantizerConfig,
} from '../quantizers/kernel/registry';
import { straightThrough } from '../quantizers/kernel/straight_through';
import {
  checkBlend,
  checkConfig,
  layerLabel,
  type BitLinearArgs,
  type BitLinearConfig,
  type FromDenseOptions,
} from './bit_linear_config';
import { Dense, DENSE_ARGS, type DenseArgs, type DenseLayer } from '../tfjs/dense';

/** A kernel as a deployed layer holds it. */
export interface PackedKernel {
  /** Words of the layout `int2`, [units, words per output]. */
  readonly words: Int32Array;
  /** One scale, or one per output. */
  readonly scale: Float32Array;
}

type Inputs = Tensor | Tensor[] | SymbolicTensor | SymbolicTensor[];

/**
 * A Dense layer with ternary weights {-1, 0, +1}: `activation(x . W^ + bias)`.
 *
 * In training it keeps the float `kernel` [in, units] and quantizes it in every forward pass by
 * `kernelQuantizer`, its input by `inputQuantizer`; gradients go straight through both. Weights:
 * `kernel`, `bias` [units], and for quantizers with a learned scale `alpha`.
 *
 * `deploy()` replaces the kernel by `packed` (int32, 2 bits per weight) and `scale`; from then on
 * nothing in it is trainable. With int8 inputs its outputs stay bit-identical.
 *
 * Input: rank 2 or more, [..., in]; other types than float32 are cast to it, as in Dense.
 * Output: float32 [..., units].
 *
 * Source of the layer: BitNet (arXiv 2310.11453) and BitNet b1.58 (arXiv 2402.17764).
 */
export class BitLinear extends Dense {
  /** @nocollapse */
  static override readonly className: string = 'BitLinear';

  readonly kernelQuantizer: Readonly<KernelQuantizerConfig>;
  readonly inputQuantizer: InputQuantizer;
  readonly eps: number;

  private quantizer: KernelQuantizer | undefined;
  private alpha: LayerVariable | undefined;
  private packed: LayerVariable | undefined;
  /** The packed words that were used last; a copy of them may be held beside the tensor. */
  private usedWords: DataId | undefined;
  private scale: LayerVariable | undefined;
  private isDeployed: boolean;
  private perOutputScale: boolean;
  private blendFactor: number;
  private builtInFeatures: number | undefined;
  private weightScope = '';

  /** @throws if an argument of `bitLinear` is wrong; the message names it. */
  constructor(args: BitLinearArgs) {
    const config: BitLinearConfig = checkConfig(args);
    super(config);
    const identifier = config.kernelQuantizer ?? 'bitnet';
    this.isDeployed = config.deployed === true;
    this.perOutputScale = config.perOutputScale === true;
    if (this.isDeployed) {
      // Kept for information: packed weights need no rule, nor one that is registered.
      this.kernelQuantizer = typeof identifier === 'string' ? { name: identifier } : identifier;
    } else {
      this.quantizer = createQuantizer(identifier, layerLabel(config.name));
      this.kernelQuantizer = quantizerConfig(this.quantizer);
    }
    this.inputQuantizer = config.inputQuantizer ?? 'int8';
    this.eps = config.eps ?? 1e-5;
    this.blendFactor = config.blend ?? 1;
  }

  /** True once the layer holds packed weights instead of a float kernel. */
  get deployed(): boolean {
    return this.isDeployed;
  }

  /**
   * How much of the quantization is in force, in training and inference alike: 0 computes as a Dense
   * layer, 1 as the ternary one. It can be set at any time, without compiling the model again.
   */
  get blend(): number {
    return this.blendFactor;
  }

  /** @throws if the value is not a number from 0 to 1, or other than 1 for a deployed layer. */
  set blend(value: number) {
    const label = layerLabel(this.name);
    checkBlend(value, label);
    if (this.isDeployed && value !== 1) {
      throw argumentError(label, 'blend', '1 in a deployed layer', value);
    }
    this.blendFactor = value;
  }

  /** Number of inputs per output; undefined until the layer is built. */
  get inFeatures(): number | undefined {
    return this.builtInFeatures;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const inFeatures = this.checkInputShape(shape);
    if (this.built) return;
    this.builtInFeatures = inFeatures;
    if (this.isDeployed) this.addPackedWeights(inFeatures);
    else this.addTrainableWeights(shape);
    this.built = true;
  }

  private addTrainableWeights(shape: Shape): void {
    super.build(shape);
    if (this.quantizer!.initialAlpha == null) return;
    const initial = this.initialAlpha();
    const zeros = initializers.zeros();
    this.alpha = this.addWeight('alpha', initial.shape, 'float32', zeros, undefined, true);
    this.alpha.write(initial);
    initial.dispose();
  }

  private initialAlpha(): Tensor {
    return tidy(() => this.quantizer!.initialAlpha!(this.kernel!.read(), this.eps));
  }

  private addPackedWeights(inFeatures: number): void {
    const zeros = initializers.zeros();
    const add = (name: string, shape: Shape, dtype: 'int32' | 'float32') =>
      this.addWeight(name, shape, dtype, zeros, undefined, false);
    this.packed = add('packed', packedShape(inFeatures, this.units), 'int32');
    this.scale = add('scale', [this.perOutputScale ? this.units : 1], 'float32');
    if (this.useBias) this.bias = add('bias', [this.units], 'float32');
  }

  protected override addWeight(name: string, ...rest: unknown[]): LayerVariable {
    return super.addWeight(this.weightScope + name, ...rest);
  }

  /** tfjs calls this with what the layer is applied to, before and after building it. */
  protected override assertInputCompatibility(inputs: Inputs): void {
    const label = layerLabel(this.name);
    const tensors: Array<Tensor | SymbolicTensor> = Array.isArray(inputs) ? inputs : [inputs];
    for (const input of tensors) {
      if (input instanceof Tensor || input instanceof SymbolicTensor) continue;
      if (Array.isArray((input as Tensor | undefined)?.shape)) {
        throw new Error(`${label}: ${TWO_COPIES}`);
      }
      throw argumentError(label, 'input', 'a tensor', input);
    }
    const shapes = tensors.map(({ shape }) => shape);
    if (shapes.length !== 1) throw argumentError(label, 'input', 'one tensor', shapes);
    this.checkInputShape(shapes[0]!);
  }

  /** @returns the number of inputs per output. */
  private checkInputShape(shape: Shape): number {
    const fail = (expected: string): never => {
      throw argumentError(layerLabel(this.name), 'input', expected, shape);
    };
    const inFeatures = shape[shape.length - 1];
    if (shape.length < 2) fail('of rank 2 or more, [..., in]');
    if (inFeatures == null || inFeatures < 1) return fail('of a known, positive last dimension');
    if (this.builtInFeatures != null && inFeatures !== this.builtInFeatures) {
      fail(`of shape [..., ${this.builtInFeatures}]`);
    }
    if (this.inputQuantizer === 'int8' && inFeatures > MAX_IN_FEATURES) {
      fail(`of at most ${MAX_IN_FEATURES} features, for exact integer sums`);
    }
    return inFeatures;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Parameters<layers.Layer['call']>[1]): Tensor {
    return tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const input = Array.isArray(inputs) ? inputs[0]! : inputs;
      this.checkInputShape(input.shape);
      const x = input.dtype === 'float32' ? input : cast(input, 'float32');
      return this.isDeployed ? this.callDeployed(x) : this.activation.apply(this.callTrainable(x));
    });
  }

  private callTrainable(x: Tensor): Tensor {
    const rows = reshape(x, [-1, this.builtInFeatures!]) as Tensor2D;
    const y = this.blendFactor === 1 ? this.ternaryProduct(rows) : this.blendedProduct(rows);
    return reshape(y, [...x.shape.slice(0, -1), this.units]);
  }

  private ternaryProduct(rows: Tensor2D): Tensor {
    const kernel = this.quantizedKernel();
    return trainableMatMul(rows, kernel, this.bias?.read(), this.inputQuantizer, this.eps);
  }

  private blendedProduct(rows: Tensor2D): Tensor {
    const { blendFactor: blend, inputQuantizer, eps } = this;
    const kernel = this.kernel!.read() as Tensor2D;
    const quantized = () => this.quantizedKernel();
    return blendedMatMul(rows, kernel, this.bias?.read(), {
      blend,
      quantized,
      inputQuantizer,
      eps,
    });
  }

  private callDeployed(x: Tensor): Tensor {
    const activation = this.activation.getClassName() === 'relu' ? 'relu' : 'linear';
    const y = this.deployedMatMul(x, activation);
    return activation === 'relu' ? y : this.activation.apply(y);
  }

  private deployedMatMul(x: Tensor, activation: Activation): Tensor {
    try {
      return ternaryMatMul({
        x,
        packed: this.packedWords(),
        scale: this.scale!.read(),
        bias: this.bias?.read(),
        inputQuantizer: this.inputQuantizer,
        eps: this.eps,
        activation,
      });
    } catch (error) {
      // Damaged words, or a backend without the kernel: the op does not know whose they are.
      throw new Error(`${layerLabel(this.name)}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Writing to a tfjs variable gives it other data: then what is held beside the old goes. */
  private packedWords(): Tensor {
    const packed = this.packed!.read();
    if (this.usedWords !== packed.dataId) this.releaseWords();
    this.usedWords = packed.dataId;
    return packed;
  }

  private releaseWords(): void {
    if (this.usedWords != null) releasePacked(this.usedWords);
    this.usedWords = undefined;
  }

  /**
   * The kernel as the forward pass at blend 1 sees it, W^ = scale * ternary.
   * @throws if the layer is not built, or deployed.
   */
  quantizedKernel(): QuantizedKernel {
    this.assertTrainable('quantizedKernel');
    const alpha = this.alpha?.read();
    const context = alpha == null ? { eps: this.eps } : { eps: this.eps, alpha };
    return straightThrough(this.quantizer!, this.kernel!.read(), context);
  }

  /**
   * The kernel packed, without changing the layer.
   * @throws if the layer is not built or already deployed, its `blend` is below 1, its kernel holds
   * NaN or infinity, or its quantizer makes other values than -1, 0 and 1.
   */
  packKernel(): PackedKernel {
    this.assertTrainable('packKernel');
    this.assertFullyQuantized();
    const [inFeatures, units] = this.kernel!.shape as [number, number];
    return tidy(() => {
      const { ternary, scale } = this.quantizedKernel();
      const values = { kernel: this.kernel!.read().dataSync(), scale: scale.dataSync() };
      for (const [name, numbers] of Object.entries(values)) {
        const bad = numbers.findIndex((value) => !Number.isFinite(value));
        if (bad >= 0) {
          const expected = `finite everywhere before it is packed (see its value at index ${bad})`;
          throw argumentError(layerLabel(this.name), name, expected, numbers[bad]);
        }
      }
      const rule = `${layerLabel(this.name)}: kernelQuantizer "${this.kernelQuantizer.name}"`;
      return {
        words: pack(ternary.dataSync(), inFeatures, units, rule),
        scale: Float32Array.from(values.scale),
      };
    });
  }

  /** Packed weights compute what blend 1 does; below it the outputs before and after would differ. */
  private assertFullyQuantized(): void {
    if (this.blendFactor === 1) return;
    const expected =
      '1 before it is packed (finish the quantizationSchedule, or call setBlend(model, 1) and train ' +
      'a little longer)';
    throw argumentError(layerLabel(this.name), 'blend', expected, this.blendFactor);
  }

  private assertTrainable(method: string): void {
    const label = layerLabel(this.name);
    if (this.isDeployed) throw new Error(`${label}: ${method} needs a layer that is not deployed.`);
    if (!this.built) {
      throw new Error(`${label}: ${method} needs a built layer; apply it to an input first.`);
    }
  }

  /**
   * Replaces the float kernel by packed ternary weights, in place; calling it again does nothing.
   *
   * For a layer of your own. For a layer inside a model use `deploy(model)`: a compiled tfjs model
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
   * @throws if the layer is not built, its `blend` is below 1, or its kernel holds NaN or infinity;
   * nothing has changed then.
   */
  deploy(): this {
    if (this.isDeployed) return this;
    this.assertTrainable('deploy');
    const { words, scale } = this.packKernel();
    const kernel = this.kernel!;
    const scope = kernel.originalName.slice(0, -'kernel'.length);
    const variable = (tensor: Tensor, dtype: 'int32' | 'float32', name: string) => {
      const result = new LayerVariable(tensor, dtype, scope + name, false);
      tensor.dispose();
      return result;
    };
    const shape = packedShape(this.builtInFeatures!, this.units);
    this.packed = variable(tensor2d(words, shape, 'int32'), 'int32', 'packed');
    this.scale = variable(tensor1d(scale), 'float32', 'scale');
    if (this.bias != null) this.bias.trainable = false;
    this.trainableWeights = [];
    this.nonTrainableWeights = [this.packed, this.scale, ...(this.bias == null ? [] : [this.bias])];
    this.losses.length = 0; // regularizers of weights that are gone or frozen
    kernel.dispose();
    this.alpha?.dispose();
    this.kernel = null;
    this.alpha = undefined;
    this.quantizer = undefined;
    this.perOutputScale = scale.length > 1;
    this.isDeployed = true;
    return this;
  }

  protected override disposeWeights(): number {
    this.releaseWords();
    return super.disposeWeights();
  }

  /**
   * Sets all weights, in the order of `getWeights()`. A layer with a learned scale also takes the
   * weights of a Dense layer (kernel, bias), and then starts its scale from that kernel.
   * @throws if their number, a shape or a dtype is another; nothing has changed then.
   */
  override setWeights(weights: Tensor[]): void {
    const alpha = weights.length === this.weights.length - 1 ? this.alpha : undefined;
    const values = alpha == null ? weights : [...weights, alpha.read()];
    this.checkWeights(values);
    super.setWeights(values);
    if (alpha == null) return;
    const initial = this.initialAlpha();
    alpha.write(initial);
    initial.dispose();
  }

  /** tfjs finds a wrong dtype only after it has set the weights before, and names no weight. */
  private checkWeights(values: Tensor[]): void {
    const label = layerLabel(this.name);
    if (values.length !== this.weights.length) {
      const names = this.weights.map(weightName).join(', ');
      throw argumentError(label, 'weights', `${this.weights.length} (${names})`, values.length);
    }
    for (const [i, variable] of this.weights.entries()) {
      const { shape, dtype } = values[i]!;
      if (util.arraysEqual(shape, variable.shape as number[]) && dtype === variable.dtype) continue;
      const expected = `${variable.dtype} of shape ${JSON.stringify(variable.shape)}`;
      throw argumentError(label, weightName(variable), expected, { dtype, shape });
    }
  }

  override getConfig(): serialization.ConfigDict {
    const deployed = { deployed: true, layout: LAYOUT, perOutputScale: this.perOutputScale };
    return {
      ...super.getConfig(),
      kernelQuantizer: { ...this.kernelQuantizer },
      inputQuantizer: this.inputQuantizer,
      eps: this.eps,
      ...(this.blendFactor === 1 ? {} : { blend: this.blendFactor }),
      ...(this.isDeployed ? deployed : {}),
    };
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
   * @param options arguments of `bitLinear` that replace those of the Dense layer.
   * @throws if `dense` is not a Dense layer (one of a class that extends it computes something
   * else), or a constraint or option cannot be taken over.
   */
  static fromDense<Class extends BitLinear>(
    this: new (args: BitLinearArgs) => Class,
    dense: layers.Layer,
    options: FromDenseOptions = {},
  ): Class {
    if ((dense as layers.Layer | undefined)?.constructor !== Dense) {
      const actual = (dense as layers.Layer | undefined)?.getClassName?.() ?? dense;
      if (actual === 'Dense') throw new Error(`BitLinear.fromDense: ${TWO_COPIES}`);
      throw argumentError('BitLinear.fromDense', 'dense', 'a tf.layers.dense layer', actual);
    }
    const config = dense.getConfig() as unknown as DenseArgs;
    const layer = new this({ ...config, ...options });
    const { kernel } = dense as DenseLayer;
    if (kernel == null) return layer;
    // build() outside apply() has no name scope, and tfjs saves weights by their scoped names.
    layer.weightScope = `${layer.name}/`;
    layer.build([null, kernel.shape[0]!]);
    layer.setWeights(dense.weights.map((weight) => weight.read()));
    return layer;
  }
}

/** A weight's name without the scopes of the layer and wrappers around it. */
function weightName({ originalName }: LayerVariable): string {
  return originalName.slice(originalName.lastIndexOf('/') + 1);
}

serialization.registerClass(BitLinear);

/**
 * A Dense layer with ternary weights. Takes every argument of `tf.layers.dense` (constraints
 * excepted, which tfjs never applies in `fit`), and `kernelQuantizer`, `inputQuantizer`, `eps`.
 *
 * ```js
 * const model = tf.sequential();
 * model.add(bitLinear({units: 32, inputShape: [16], activation: 'relu'}));
 * model.add(tf.layers.dense({units: 2}));
 * model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
 * ```
 *
 * @throws naming the argument and what was expected, if one is wrong or unknown.
 */
export function bitLinear(args: BitLinearArgs): BitLinear {
  const own = ['kernelQuantizer', 'inputQuantizer', 'eps', 'blend'] as const;
  checkOptionNames('bitLinear', 'args', args, [...DENSE_ARGS, ...own]);
  return new BitLinear(args);
}
