import {
  tensor1d,
  tensor2d,
  type DataId,
  type serialization,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { releasePacked } from '../../backends/release_packed';
import type { Activation } from '../../engine/ternary_product';
import { argumentError } from '../../errors';
import { checkCodes, packedShape, zeroShare } from '../../packing/int2';
import { fixedWeight } from '../../tfjs/layer_weights';
import { applyActivation } from '../../tfjs/wasm_nan';
import { checkScales, deployedConfig, type PackedWeights } from './packed_weights';
import type {
  AddWeight,
  KernelStatistics,
  LayerActivation,
  TernaryKernel,
  TernaryKernelOptions,
} from './ternary_kernel';

export interface PackedKernelOptions extends TernaryKernelOptions {
  /** Whether each output has a scale of its own. */
  readonly perOutput: boolean;
}

/** The names of activations that the packed products apply to their outputs themselves. */
const FUSED: readonly string[] = ['relu', 'relu6'] satisfies Activation[];

function isFused(name: string): name is Activation {
  return FUSED.includes(name);
}

interface Weights {
  readonly packed: LayerVariable;
  readonly scale: LayerVariable;
  readonly matrixShape: readonly [number, number];
}

/** The kernel after deployment: packed words and scales, which no optimizer trains. */
export class PackedKernel implements TernaryKernel {
  readonly deployed = true;
  private built: Weights | undefined;
  /** The packed words that were used last. A backend may hold a copy of them beside the tensor. */
  private usedWords: DataId | undefined;

  constructor(private readonly options: PackedKernelOptions) {}

  /** Adds the weights, to be set later, to a layer that is loaded as deployed. */
  build(matrixShape: readonly [number, number], addWeight: AddWeight): void {
    const packed = addWeight('packed', packedShape(...matrixShape), 'int32', false);
    const scale = addWeight(
      'scale',
      [this.options.perOutput ? matrixShape[1] : 1],
      'float32',
      false,
    );
    this.built = { packed, scale, matrixShape };
  }

  /** Makes the weights of a layer that is deployed in place. @param scope goes before their names. */
  fill(weights: PackedWeights, matrixShape: readonly [number, number], scope: string): void {
    const words = tensor2d(weights.packed, packedShape(...matrixShape), 'int32');
    const packed = fixedWeight(`${scope}packed`, words);
    const scale = fixedWeight(`${scope}scale`, tensor1d(weights.scale));
    this.built = { packed, scale, matrixShape };
  }

  /**
   * Checks new values of its weights.
   * @throws if a word holds a code that no weight has, or a scale is not positive and finite.
   */
  checkValue(variable: LayerVariable, value: Tensor): void {
    const { label } = this.options;
    if (variable === this.built?.packed) checkCodes(value.dataSync() as Int32Array, label);
    if (variable === this.built?.scale) checkScales(value.dataSync() as Float32Array, label);
  }

  get blend(): number {
    return 1;
  }

  set blend(value: number) {
    if (value === 1) return;
    throw argumentError(this.options.label, 'blend', '1 in a deployed layer', value);
  }

  get weights(): readonly LayerVariable[] {
    return this.built == null ? [] : [this.built.packed, this.built.scale];
  }

  get matrixShape(): readonly [number, number] {
    return this.variables.matrixShape;
  }

  private get variables(): Weights {
    if (this.built != null) return this.built;
    const problem =
      'its packed words are missing until the layer is built; apply it to an input first.';
    throw new Error(`${this.options.label}: ${problem}`);
  }

  forward(x: Tensor, bias: Tensor | undefined, activation: LayerActivation): Tensor {
    const name = activation.getClassName();
    if (isFused(name)) return this.product(x, bias, name);
    return applyActivation(activation, this.product(x, bias, 'linear'));
  }

  private product(x: Tensor, bias: Tensor | undefined, activation: Activation): Tensor {
    const { label, products, inputQuantizer, eps } = this.options;
    const packed = this.words();
    const scale = this.variables.scale.read();
    try {
      return products.packed({ x, packed, scale, bias, inputQuantizer, eps, activation });
    } catch (error) {
      // The words are damaged, or the backend does not have the op. The op does not know its layer.
      throw new Error(`${label}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Writing to a tfjs variable gives it other data. Then this releases what backends hold for the old data. */
  private words(): Tensor {
    const packed = this.variables.packed.read();
    if (this.usedWords !== packed.dataId) this.release();
    this.usedWords = packed.dataId;
    return packed;
  }

  /** Frees the memory that backends hold beside the packed words. */
  release(): void {
    if (this.usedWords != null) releasePacked(this.usedWords);
    this.usedWords = undefined;
  }

  statistics(): KernelStatistics {
    const { packed, scale, matrixShape } = this.variables;
    const words = packed.read().dataSync() as Int32Array;
    checkCodes(words, this.options.label);
    return { zeros: zeroShare(words, ...matrixShape), scales: scale.read().size };
  }

  getConfig(): serialization.ConfigDict {
    return { ...deployedConfig(this.options.perOutput) };
  }
}
