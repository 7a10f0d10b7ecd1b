import { reshape, tidy, type serialization, type Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { pack } from '../../packing/int2';
import { inputQuantizer } from '../../quantizers/input/registry';
import type { KernelQuantizer, QuantizedKernel } from '../../quantizers/kernel/kernel_quantizer';
import { straightThrough } from '../../quantizers/kernel/straight_through';
import { weightScope } from '../../tfjs/layer_variable';
import { applyActivation, withPositiveNaN } from '../../tfjs/wasm_nan';
import { checkBlend } from './blend';
import { PackedKernel } from './packed_kernel';
import { checkScales, type PackedWeights } from './packed_weights';
import type {
  AddWeight,
  KernelStatistics,
  LayerActivation,
  TernaryKernel,
  TernaryKernelOptions,
} from './ternary_kernel';

export interface LatentKernelOptions extends TernaryKernelOptions {
  readonly quantizer: KernelQuantizer;
  readonly blend: number;
}

/** The kernel in training: a float variable that every forward pass quantizes anew. */
export class LatentKernel implements TernaryKernel {
  readonly deployed = false;
  private blendShare: number;
  private kernel: LayerVariable | undefined;
  private alpha: LayerVariable | undefined;

  constructor(private readonly options: LatentKernelOptions) {
    this.blendShare = options.blend;
  }

  /** @param kernel float32 [..., units]. @param addWeight adds the learned scale, if the rule has one. */
  build(kernel: LayerVariable, addWeight: AddWeight): void {
    this.kernel = kernel;
    const initial = this.initialAlpha();
    if (initial == null) return;
    this.alpha = addWeight('alpha', initial.shape, 'float32', true);
    this.alpha.write(initial);
    initial.dispose();
  }

  get blend(): number {
    return this.blendShare;
  }

  set blend(value: number) {
    checkBlend(value, this.options.label);
    this.blendShare = value;
  }

  get quantizer(): KernelQuantizer {
    return this.options.quantizer;
  }

  get weights(): readonly LayerVariable[] {
    return [this.kernel, this.alpha].filter((weight) => weight != null);
  }

  /** The float kernel. @throws if the layer is not built. */
  get variable(): LayerVariable {
    if (this.kernel != null) return this.kernel;
    const problem = 'its kernel is missing until the layer is built; apply it to an input first.';
    throw new Error(`${this.options.label}: ${problem}`);
  }

  get matrixShape(): readonly [number, number] {
    const shape = this.variable.shape as number[];
    const units = shape[shape.length - 1]!;
    return [shape.reduce((size, dimension) => size * dimension, 1) / units, units];
  }

  /** The float kernel as a matrix [in, units]. */
  matrix(): Tensor {
    const kernel = this.variable.read();
    return kernel.rank === 2 ? kernel : reshape(kernel, [...this.matrixShape]);
  }

  /** The learned scale, for rules that have one. */
  get learnedScale(): LayerVariable | undefined {
    return this.alpha;
  }

  /** Starts the learned scale from the present kernel. */
  restartScale(): void {
    const initial = this.initialAlpha();
    if (initial == null) return;
    this.alpha?.write(initial);
    initial.dispose();
  }

  private initialAlpha(): Tensor | undefined {
    const { quantizer, eps } = this.options;
    if (quantizer.initialAlpha == null) return undefined;
    return tidy(() => quantizer.initialAlpha?.(this.matrix(), eps));
  }

  forward(x: Tensor, bias: Tensor | undefined, activation: LayerActivation): Tensor {
    const { products, eps } = this.options;
    const rule = inputQuantizer(this.options.inputQuantizer);
    const operands = { x, bias, inputQuantizer: rule, eps };
    const { blendShare: blend } = this;
    const quantized = () => this.quantized();
    const y =
      blend === 1
        ? products.trained(operands, quantized())
        : products.blended({ ...operands, blend, kernel: this.matrix(), quantized });
    // The NaN of packed products are positive.
    return applyActivation(activation, withPositiveNaN(y));
  }

  /** The matrix that the forward pass at blend 1 uses, W^ = scale * ternary. */
  quantized(): QuantizedKernel {
    const { quantizer, eps } = this.options;
    const alpha = this.alpha?.read();
    const context = alpha == null ? { eps } : { eps, alpha };
    return straightThrough(quantizer, this.matrix(), context);
  }

  statistics(): KernelStatistics {
    return tidy(() => {
      const { ternary, scale } = this.quantized();
      const values = ternary.dataSync() as Float32Array;
      const zeros = values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
      return { zeros: zeros / values.length, scales: scale.size };
    });
  }

  /**
   * @throws if the layer is not built, `blend` is below 1, the kernel holds NaN or infinity, a scale is not
   * positive and finite, or the rule makes values other than -1, 0 and 1.
   */
  pack(): PackedWeights {
    const { label, quantizer } = this.options;
    const [inFeatures, units] = this.matrixShape;
    this.checkFullyQuantized();
    return tidy(() => {
      const { ternary, scale } = this.quantized();
      const scales = Float32Array.from(scale.dataSync());
      checkFinite(this.variable.read().dataSync(), 'kernel', label);
      checkScales(scales, label);
      const rule = `${label}: kernelQuantizer "${quantizer.name}"`;
      return { packed: pack(ternary.dataSync(), inFeatures, units, rule), scale: scales };
    });
  }

  /**
   * The packed life of this kernel, with weights of its own. `dispose` frees the weights of this one.
   * @throws the errors that `pack` throws.
   */
  toPacked(): PackedKernel {
    const weights = this.pack();
    const { label, products, inputQuantizer, eps } = this.options;
    const perOutput = weights.scale.length > 1;
    const packed = new PackedKernel({ label, products, inputQuantizer, eps, perOutput });
    packed.fill(weights, this.matrixShape, weightScope(this.variable));
    return packed;
  }

  /** Packed weights compute the same as blend 1. Below it, the outputs before and after would differ. */
  private checkFullyQuantized(): void {
    if (this.blendShare === 1) return;
    const expected =
      '1 before it is packed (finish the quantizationSchedule, or call setBlend(model, 1) and train ' +
      'a little longer)';
    throw argumentError(this.options.label, 'blend', expected, this.blendShare);
  }

  getConfig(): serialization.ConfigDict {
    return this.blendShare === 1 ? {} : { blend: this.blendShare };
  }

  /** Nothing is held beside a float kernel. */
  release(): void {}

  dispose(): void {
    for (const weight of this.weights) weight.dispose();
  }
}

function checkFinite(values: ArrayLike<number>, name: string, label: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    const expected = `finite everywhere before it is packed (see its value at index ${i})`;
    throw argumentError(label, name, expected, values[i]);
  }
}
