import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  disposeHeapTensor,
  heapAddress,
  makeHeapTensor,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import { checkAllocated } from './heap_room';

/**
 * Tensors that `compute` fills; none remains if it throws.
 * @param kernel name of the tfjs kernel, for errors.
 */
export function withHeapOutputs(
  backend: WasmBackend,
  inputs: object,
  shapes: number[][],
  kernel: string,
  compute: (outputs: TensorInfo[]) => void,
): TensorInfo[] {
  // All allocations come first, for they may grow the heap, which detaches views made before: asking for an
  // input's address moves it here from another backend.
  for (const tensor of Object.values(inputs) as TensorInfo[]) heapAddress(backend, tensor);
  const outputs = shapes.map((shape) => makeHeapTensor(backend, shape));
  try {
    for (const output of outputs) checkAllocated(heapAddress(backend, output), kernel, 'output');
    compute(outputs);
  } catch (error) {
    for (const output of outputs) disposeHeapTensor(backend, output);
    throw error;
  }
  return outputs;
}
