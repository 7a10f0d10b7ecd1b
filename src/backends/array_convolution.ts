import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { positionsOf } from '../engine/convolution/geometry';
import { convolveInOwnMemory } from '../engine/convolution/own_memory';
import { portableConvolution } from '../engine/convolution/portable';
import type { TernaryConvolution } from '../engine/convolution/ternary_convolution';
import { ownMemoryEngine } from '../engine/own_memory_engine';
import { selectEngine, type SelectedProduct } from '../engine/select';
import type { WasmEngineName } from '../engine/wasm/engines';
import { unlessMemoryIsRefused } from '../engine/wasm/refused_memory';
import { TERNARY_CONV2D, type TernaryConv2DAttrs } from '../ops/ternary_conv2d';
import {
  accessTo,
  checkCodesOnce,
  floatOperands,
  type ArrayTensors,
  type TensorAccess,
  type TernaryMatMulInputs,
} from './array_product';
import { moveToEngine } from './packed_words';

/** The shape of the outputs, [images, height, width, units]. */
export function convolvedShape(
  { x, packed }: TernaryMatMulInputs,
  { geometry }: TernaryConv2DAttrs,
): number[] {
  const { height, width } = geometry;
  return [x.shape[0]!, height.outputs, width.outputs, packed.shape[0]!];
}

/** What a convolution has beside its operands. */
export function convolutionSizes(
  { x, packed }: TernaryMatMulInputs,
  { geometry, eps, activation }: TernaryConv2DAttrs,
) {
  return { images: x.shape[0]!, units: packed.shape[0]!, geometry, eps, activation };
}

/** The tfjs kernel of a backend whose tensors are JavaScript arrays. */
export function arrayTernaryConv2D<Backend>(tensors: ArrayTensors<Backend>): KernelFunc {
  return (args) => {
    const backend = args.backend as Backend;
    const inputs = args.inputs as unknown as TernaryMatMulInputs;
    const attrs = args.attrs as unknown as TernaryConv2DAttrs;
    const shape = convolvedShape(inputs, attrs);
    const y = new Float32Array(inputs.x.shape[0]! * positionsOf(attrs.geometry) * shape[3]!);
    convolveArrays(accessTo(tensors, backend), inputs, attrs, y);
    return tensors.make(backend, shape, y);
  };
}

/** What decides its engine: the positions of an image are the rows of its product. */
export function convolutionProduct(attrs: TernaryConv2DAttrs): SelectedProduct {
  const { inputQuantizer, geometry } = attrs;
  return { inputQuantizer, rows: positionsOf(geometry), skipZeroBlocks: false };
}

/** The convolution of JavaScript arrays into `y`, on the fastest engine. */
export function convolveArrays(
  access: TensorAccess,
  inputs: TernaryMatMulInputs,
  attrs: TernaryConv2DAttrs,
  y: Float32Array,
): void {
  const words = () => access.values(inputs.packed) as Int32Array;
  checkCodesOnce(inputs.packed.dataId, words, TERNARY_CONV2D);
  const operands = { ...floatOperands(access, inputs), ...convolutionSizes(inputs, attrs) };
  const { inputQuantizer } = attrs;
  const engine = selectEngine(convolutionProduct(attrs));
  if (engine !== 'portable' && convolvedInOwnMemory(engine, access, inputs.packed, operands, y))
    return;
  portableConvolution({ ...operands, packed: words() }, inputQuantizer, y);
}

/** False if the engine's memory has no room for the words or the image, and is not granted more. */
function convolvedInOwnMemory(
  engine: WasmEngineName,
  access: TensorAccess,
  packed: TensorInfo,
  operands: Omit<TernaryConvolution, 'packed'>,
  y: Float32Array,
): boolean {
  const { dataId } = packed;
  const words = () => access.values(packed) as Int32Array;
  return unlessMemoryIsRefused(() => {
    moveToEngine(dataId, words, access.record?.(packed));
    convolveInOwnMemory(ownMemoryEngine(), { engine, convolution: operands, weight: dataId, y });
    return true;
  }, false);
}
