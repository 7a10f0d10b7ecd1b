import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import { ownMemoryEngine } from '../engine/own_memory_engine';
import { selectEngine } from '../engine/select';
import type { WasmEngineName } from '../engine/wasm/engines';
import { unlessMemoryIsRefused } from '../engine/wasm/refused_memory';
import { TERNARY_MAT_MUL, type TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import { OutsideTensors, type OutsideValues } from '../tfjs/outside_tensors';
import { allocateHeap, freeHeap, heapValues, type WasmBackend } from '../tfjs/wasm_heap';
import { checkCodesOnce, outputShape, type TernaryMatMulInputs } from './array_product';
import { withHeapOutputs } from './heap_outputs';
import { checkAllocated } from './heap_room';
import { returnFromEngine } from './packed_words';

/**
 * A kernel of fewer weights stays in the heap. Outside, a product of one row takes 5 microseconds more, for its copies;
 * inside, it takes some 20 with so many weights.
 */
const MIN_WEIGHTS = 1 << 19;

/** Packed words that lie in the engine's own memory, and nowhere else. They are their own key there. */
class OwnMemoryWords implements OutsideValues {
  read(): Int32Array {
    return ownMemoryEngine().read(this);
  }

  free(): void {
    ownMemoryEngine().release(this);
  }
}

const outside = new OutsideTensors<OwnMemoryWords>();

/** Words for which, or for whose products, that memory had no room. */
const staying = new WeakSet<DataId>();

/**
 * The product in the engine's own memory, which threads can share; those of Node cannot share tfjs's heap. The first
 * product that is worth sharing moves the words there, and they stay.
 * @returns undefined if the product is to be computed in the heap. Then the words are there, or may come back.
 */
export function productBesideHeap(
  backend: WasmBackend,
  inputs: TernaryMatMulInputs,
  attrs: TernaryMatMulAttrs,
): TensorInfo | undefined {
  const { dataId } = inputs.packed;
  if (!isOutside(dataId) && !mayMove(inputs, attrs)) return undefined;
  const engine = selectEngine(attrs.inputQuantizer);
  if (engine !== 'portable' && (isOutside(dataId) || gainsByThreads(inputs, attrs))) {
    const output = unlessMemoryIsRefused(() => compute(engine, backend, inputs, attrs), undefined);
    if (output != null) return output;
    staying.add(dataId);
  }
  if (isOutside(dataId)) checkRoomFor(backend, inputs.packed);
  return undefined;
}

function isOutside(packed: DataId): boolean {
  return outside.valuesOf(packed) != null;
}

function mayMove({ packed }: TernaryMatMulInputs, { inFeatures }: TernaryMatMulAttrs): boolean {
  return inFeatures * packed.shape[0]! >= MIN_WEIGHTS && !staying.has(packed.dataId);
}

function gainsByThreads(inputs: TernaryMatMulInputs, { inFeatures }: TernaryMatMulAttrs): boolean {
  const [rows, units] = outputShape(inputs);
  return ownMemoryEngine().shares(rows, inFeatures, units);
}

function compute(
  engine: WasmEngineName,
  backend: WasmBackend,
  inputs: TernaryMatMulInputs,
  { inFeatures, eps, activation, skipZeroBlocks }: TernaryMatMulAttrs,
): TensorInfo {
  const { packed, ...others } = inputs;
  const words = outside.valuesOf(packed.dataId) ?? moveOutside(backend, packed);
  const [rows, units] = outputShape(inputs);
  const floats = (tensor: TensorInfo) => heapValues(backend, tensor) as Float32Array;
  const [output] = withHeapOutputs(backend, others, [[rows, units]], TERNARY_MAT_MUL, ([y]) => {
    const operands = {
      x: floats(others.x),
      scale: floats(others.scale),
      bias: others.bias && floats(others.bias),
      ...{ rows, inFeatures, units, eps, activation, skipZeroBlocks },
    };
    ownMemoryEngine().compute(engine, operands, words, floats(y!));
  });
  return output!;
}

/** @throws RefusedMemoryError if there is no room for them; then nothing has changed. */
function moveOutside(backend: WasmBackend, packed: TensorInfo): OwnMemoryWords {
  const { dataId } = packed;
  const read = () => heapValues(backend, packed) as Int32Array;
  checkCodesOnce(dataId, read);
  const words = new OwnMemoryWords();
  ownMemoryEngine().upload(words, read);
  // Another backend may have left a copy there.
  returnFromEngine(dataId);
  outside.take(dataId, words);
  return words;
}

/** tfjs itself brings the words back, but does not notice that its heap has no room for them. */
function checkRoomFor(backend: WasmBackend, packed: TensorInfo): void {
  const address = allocateHeap(backend, 4 * packed.shape[0]! * packed.shape[1]!);
  checkAllocated(address, TERNARY_MAT_MUL, 'packed words');
  freeHeap(backend, address);
}
