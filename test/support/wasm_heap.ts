import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

interface Heap {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** The functions of the heap of the backend wasm, which is set. */
export function wasmHeap(): Heap {
  return (tf.backend() as BackendWasm).wasm as unknown as Heap;
}

/** Takes every block of `left` bytes or more, until the heap cannot grow. @returns their addresses. */
export function exhaust(left: number): number[] {
  const addresses: number[] = [];
  for (let bytes = 2 ** 28; bytes >= left; bytes /= 2) {
    for (let address; (address = wasmHeap()._malloc(bytes)) !== 0;) addresses.push(address);
  }
  return addresses;
}
