import type { DataId, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { ownMemoryEngine } from '../engine/own_memory_engine';
import type { WasmEngineName } from '../engine/wasm/engines';
import type { Operands } from '../engine/wasm/own_memory';
import { unlessMemoryIsRefused } from '../engine/wasm/refused_memory';
import { PORTABLE_PRODUCTS } from '../engine/portable/products';
import { selectEngine } from '../engine/select';
import { TERNARY_MAT_MUL, type TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import { checkCodes } from '../packing/int2';
import type { TensorRecord } from '../tfjs/tensor_record';
import { moveToEngine } from './packed_words';

/** The inputs of the tfjs kernel. */
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
  /** The numbers that the backend's own addition would add for these. By default themselves. */
  addends?(values: Float32Array): Float32Array;
}

export function outputShape({ x, packed }: TernaryMatMulInputs): [number, number] {
  return [x.shape[0]!, packed.shape[0]!];
}

/** How a backend whose tensors are JavaScript arrays has them read and made. */
export interface ArrayTensors<Backend> {
  record(backend: Backend, tensor: TensorInfo): TensorRecord;
  values(backend: Backend, tensor: TensorInfo): Float32Array | Int32Array;
  make(backend: Backend, shape: number[], values: Float32Array): TensorInfo;
  readonly addends?: TensorAccess['addends'];
}

export function accessTo<Backend>(tensors: ArrayTensors<Backend>, backend: Backend): TensorAccess {
  return {
    record: (tensor) => tensors.record(backend, tensor),
    values: (tensor) => tensors.values(backend, tensor),
    ...(tensors.addends && { addends: tensors.addends }),
  };
}

/** The float operands of a kernel. */
export function floatOperands(access: TensorAccess, { x, scale, bias }: TernaryMatMulInputs) {
  const floats = (tensor: TensorInfo) => access.values(tensor) as Float32Array;
  const addends = bias && floats(bias);
  return {
    x: floats(x),
    scale: floats(scale),
    bias: addends && (access.addends?.(addends) ?? addends),
  };
}

/** The tfjs kernel of such a backend. */
export function arrayTernaryMatMul<Backend>(tensors: ArrayTensors<Backend>): KernelFunc {
  return (args) => {
    const backend = args.backend as Backend;
    const inputs = args.inputs as unknown as TernaryMatMulInputs;
    const shape = outputShape(inputs);
    const y = new Float32Array(shape[0] * shape[1]);
    computeFromArrays(
      accessTo(tensors, backend),
      inputs,
      args.attrs as unknown as TernaryMatMulAttrs,
      y,
    );
    return tensors.make(backend, shape, y);
  };
}

/** The product of JavaScript arrays into `y`, [rows, units], on the fastest engine. */
export function computeFromArrays(
  access: TensorAccess,
  inputs: TernaryMatMulInputs,
  { inFeatures, inputQuantizer, eps, activation, skipZeroBlocks }: TernaryMatMulAttrs,
  y: Float32Array,
): void {
  const [rows, units] = outputShape(inputs);
  const { dataId } = inputs.packed;
  const words = () => access.values(inputs.packed) as Int32Array;
  checkCodesOnce(dataId, words, TERNARY_MAT_MUL);
  const operands: Operands = {
    ...floatOperands(access, inputs),
    rows,
    inFeatures,
    units,
    eps,
    activation,
    skipZeroBlocks,
  };
  const engine = selectEngine({ inputQuantizer, rows, skipZeroBlocks });
  if (engine !== 'portable' && computeInOwnMemory(engine, access, inputs.packed, operands, y))
    return;
  PORTABLE_PRODUCTS[inputQuantizer]({ ...operands, packed: words() }, y);
}

/** False if the engine's memory has no room for the words or the product, and is not granted more. */
function computeInOwnMemory(
  engine: WasmEngineName,
  access: TensorAccess,
  packed: TensorInfo,
  operands: Operands,
  y: Float32Array,
): boolean {
  const { dataId } = packed;
  const words = () => access.values(packed) as Int32Array;
  return unlessMemoryIsRefused(() => {
    moveToEngine(dataId, words, access.record?.(packed));
    ownMemoryEngine().compute(engine, operands, dataId, y);
    return true;
  }, false);
}

const checked = new WeakSet<DataId>();

/**
 * tfjs has no hook on loading weights, so damaged words are found at their first use.
 * @param kernel name of the tfjs kernel, for the error.
 */
export function checkCodesOnce(dataId: DataId, words: () => Int32Array, kernel: string): void {
  if (checked.has(dataId)) return;
  checkCodes(words(), kernel);
  checked.add(dataId);
}
