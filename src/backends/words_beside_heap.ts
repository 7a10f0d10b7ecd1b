import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import { ownMemoryEngine } from '../engine/own_memory_engine';
import { selectEngine, type SelectedProduct } from '../engine/select';
import type { WasmEngineName } from '../engine/wasm/engines';
import { unlessMemoryIsRefused } from '../engine/wasm/refused_memory';
import { OutsideTensors, type OutsideValues } from '../tfjs/outside_tensors';
import { allocateHeap, freeHeap, heapValues, type WasmBackend } from '../tfjs/wasm_heap';
import { checkCodesOnce, floatOperands, type TernaryMatMulInputs } from './array_product';
import { withHeapOutputs } from './heap_outputs';
import { checkAllocated } from './heap_room';
import { returnFromEngine } from './packed_words';

/** With fewer multiplications for each number that is copied, threads outside the heap gain nothing. */
export const MIN_PER_NUMBER = 64;

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

/** What is to be computed of packed words. */
export interface PackedWork extends SelectedProduct {
  /** Name of the tfjs kernel. */
  readonly kernel: string;
  /** Of the output. */
  readonly shape: number[];
  /** Whether it would be faster outside of the heap, its copies and all, if threads share it. */
  readonly isLarge: boolean;
  /** Whether threads share it now. Not asked unless an engine of WebAssembly computes it. */
  gains(): boolean;
  /** Computes it in the engine's own memory, where the words of `weight` are. */
  compute(
    engine: WasmEngineName,
    operands: ReturnType<typeof floatOperands>,
    weight: object,
    y: Float32Array,
  ): void;
}

/**
 * Work in the engine's own memory, which threads can share; those of Node cannot share tfjs's heap. The first work that
 * is worth sharing moves the words there, and they stay.
 * @returns undefined if it is to be computed in the heap. Then the words are there, or may come back.
 */
export function computedBesideHeap(
  backend: WasmBackend,
  inputs: TernaryMatMulInputs,
  work: PackedWork,
): TensorInfo | undefined {
  const { dataId } = inputs.packed;
  const isOutside = outside.valuesOf(dataId) != null;
  if (!isOutside && (!work.isLarge || staying.has(dataId))) return undefined;
  const engine = selectEngine(work);
  if (engine !== 'portable' && (isOutside || work.gains())) {
    const output = unlessMemoryIsRefused(() => compute(engine, backend, inputs, work), undefined);
    if (output != null) return output;
    staying.add(dataId);
  }
  if (outside.valuesOf(dataId) != null) checkRoomFor(backend, inputs.packed, work.kernel);
  return undefined;
}

function compute(
  engine: WasmEngineName,
  backend: WasmBackend,
  inputs: TernaryMatMulInputs,
  { kernel, shape, compute }: PackedWork,
): TensorInfo {
  const { packed, ...others } = inputs;
  const words = outside.valuesOf(packed.dataId) ?? moveOutside(backend, packed, kernel);
  const values = (tensor: TensorInfo) => heapValues(backend, tensor);
  const [output] = withHeapOutputs(backend, others, [shape], kernel, ([y]) => {
    compute(engine, floatOperands({ values }, inputs), words, values(y!) as Float32Array);
  });
  return output!;
}

/** @throws RefusedMemoryError if there is no room for them; then nothing has changed. */
function moveOutside(backend: WasmBackend, packed: TensorInfo, kernel: string): OwnMemoryWords {
  const { dataId } = packed;
  const read = () => heapValues(backend, packed) as Int32Array;
  checkCodesOnce(dataId, read, kernel);
  const words = new OwnMemoryWords();
  ownMemoryEngine().upload(words, read);
  // Another backend may have left a copy there.
  returnFromEngine(dataId);
  outside.take(dataId, words);
  return words;
}

/** tfjs itself brings the words back, but does not notice that its heap has no room for them. */
function checkRoomFor(backend: WasmBackend, packed: TensorInfo, kernel: string): void {
  const address = allocateHeap(backend, 4 * packed.shape[0]! * packed.shape[1]!);
  checkAllocated(address, kernel, 'packed words');
  freeHeap(backend, address);
}
