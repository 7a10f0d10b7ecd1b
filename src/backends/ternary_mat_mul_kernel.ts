import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import { floatProduct } from '../engine/portable/float_product';
import { int8Product } from '../engine/portable/int8_product';
import { ownMemoryEngine, selectEngine } from '../engine/select';
import type { TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import { checkCodes } from '../packing/int2';
import { moveToEngine, type TensorRecord } from './packed_words';

export interface TernaryMatMulInputs {
  readonly x: TensorInfo;
  readonly packed: TensorInfo;
  readonly scale: TensorInfo;
  readonly bias?: TensorInfo;
}

/** How a backend lets its tensors be read. */
export interface TensorAccess {
  /** Values of a tensor; a view, not a copy, where the backend allows it. */
  values(tensor: TensorInfo): Float32Array | Int32Array;
  /** The backend's record of a tensor, where the array in it is all there is. */
  record?(tensor: TensorInfo): TensorRecord;
}

export function outputShape({ x, packed }: TernaryMatMulInputs): [number, number] {
  return [x.shape[0]!, packed.shape[0]!];
}

/** The kernel's product from JavaScript arrays into `y`, [rows, out], on the fastest engine. */
export function computeProduct(
  access: TensorAccess,
  inputs: TernaryMatMulInputs,
  { inFeatures, inputQuantizer, eps, activation }: TernaryMatMulAttrs,
  y: Float32Array,
): void {
  const [rows, outFeatures] = outputShape(inputs);
  const { dataId } = inputs.packed;
  const words = () => access.values(inputs.packed) as Int32Array;
  checkCodesOnce(dataId, words);
  const operands = {
    x: access.values(inputs.x) as Float32Array,
    scale: access.values(inputs.scale) as Float32Array,
    bias: inputs.bias && (access.values(inputs.bias) as Float32Array),
    rows,
    inFeatures,
    outFeatures,
    eps,
    activation,
  };
  if (inputQuantizer === 'none') return floatProduct({ ...operands, packed: words() }, y);
  const engine = selectEngine();
  if (engine === 'portable') return int8Product({ ...operands, packed: words() }, y);
  moveToEngine(dataId, words, access.record?.(inputs.packed));
  ownMemoryEngine().compute(engine, operands, dataId, y);
}

const checked = new WeakSet<DataId>();

/** tfjs has no hook on loading weights, so damaged words are found at their first use. */
export function checkCodesOnce(dataId: DataId, words: () => Int32Array): void {
  if (checked.has(dataId)) return;
  checkCodes(words(), 'TernaryMatMul');
  checked.add(dataId);
}
