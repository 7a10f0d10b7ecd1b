import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import { floatProduct } from '../engine/portable/float_product';
import { int8Product } from '../engine/portable/int8_product';
import { ownMemoryEngine, selectEngine } from '../engine/select';
import type { TernaryProduct } from '../engine/engine';
import { argumentError } from '../errors';
import type { TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import { codesAreValid } from '../packing/int2';

export interface TernaryMatMulInputs {
  readonly x: TensorInfo;
  readonly packed: TensorInfo;
  readonly scale: TensorInfo;
  readonly bias?: TensorInfo;
}

/** Values of a tensor; a view, not a copy, where the backend allows it. */
export type ReadTensor = (tensor: TensorInfo) => Float32Array | Int32Array;

export function outputShape({ x, packed }: TernaryMatMulInputs): [number, number] {
  return [x.shape[0]!, packed.shape[0]!];
}

/** The kernel's product from JavaScript arrays into `y`, [rows, out], on the fastest engine. */
export function computeProduct(
  read: ReadTensor,
  inputs: TernaryMatMulInputs,
  { inFeatures, inputQuantizer, eps }: TernaryMatMulAttrs,
  y: Float32Array,
): void {
  const [rows, outFeatures] = outputShape(inputs);
  const packed = read(inputs.packed) as Int32Array;
  checkCodesOnce(inputs.packed.dataId, packed);
  const product: TernaryProduct = {
    x: read(inputs.x) as Float32Array,
    packed,
    scale: read(inputs.scale) as Float32Array,
    bias: inputs.bias && (read(inputs.bias) as Float32Array),
    rows,
    inFeatures,
    outFeatures,
    eps,
  };
  if (inputQuantizer === 'none') return floatProduct(product, y);
  const engine = selectEngine();
  if (engine === 'portable') int8Product(product, y);
  else ownMemoryEngine().compute(engine, product, inputs.packed.dataId, y);
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
