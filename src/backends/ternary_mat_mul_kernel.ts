import type { DataId, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { TernaryProduct, TernaryProductFunction } from '../engine/engine';
import { floatProduct } from '../engine/portable/float_product';
import { int8Product } from '../engine/portable/int8_product';
import { argumentError } from '../errors';
import type { TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import { codesAreValid } from '../packing/int2';

export interface TernaryMatMulInputs {
  readonly x: TensorInfo;
  readonly packed: TensorInfo;
  readonly scale: TensorInfo;
  readonly bias?: TensorInfo;
}

/** How a backend lends the kernel its memory. */
export interface TensorMemory {
  /** Values of a tensor; a view, not a copy, where the backend allows it. */
  read(tensor: TensorInfo): Float32Array | Int32Array;
}

/** Computes the kernel's product from the memory of any backend into `y`, [rows, out]. */
export function computeProduct(
  memory: TensorMemory,
  inputs: TernaryMatMulInputs,
  attrs: NamedAttrMap | undefined,
  y: Float32Array,
): void {
  const { inFeatures, inputQuantizer, eps } = attrs as unknown as TernaryMatMulAttrs;
  const packed = memory.read(inputs.packed) as Int32Array;
  checkCodesOnce(inputs.packed.dataId, packed);
  const product: TernaryProduct = {
    x: memory.read(inputs.x) as Float32Array,
    packed,
    scale: memory.read(inputs.scale) as Float32Array,
    bias: inputs.bias && (memory.read(inputs.bias) as Float32Array),
    rows: inputs.x.shape[0]!,
    inFeatures,
    outFeatures: inputs.packed.shape[0]!,
    eps,
  };
  const compute: TernaryProductFunction = inputQuantizer === 'int8' ? int8Product : floatProduct;
  compute(product, y);
}

export function outputShape({ x, packed }: TernaryMatMulInputs): [number, number] {
  return [x.shape[0]!, packed.shape[0]!];
}

const checked = new WeakSet<DataId>();

/** tfjs has no hook on loading weights, so damaged words are found at their first use. */
export function checkCodesOnce(dataId: DataId, packed: Int32Array): void {
  if (checked.has(dataId)) return;
  if (!codesAreValid(packed)) {
    throw argumentError('TernaryMatMul', 'packed', 'words of the codes 0, 1 and 2', 'code 3');
  }
  checked.add(dataId);
}
