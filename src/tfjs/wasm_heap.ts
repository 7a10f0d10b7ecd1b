import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';

/** What is used of tfjs's BackendWasm. */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    /** The heap, in the threaded build. */
    readonly wasmMemory?: WebAssembly.Memory;
    /** The exports with the heap among them, in the other builds and in newer Emscriptens. */
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    readonly wasmExports?: { readonly memory?: WebAssembly.Memory };
  };
  readonly dataIdMap: { get(dataId: DataId): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  disposeData(dataId: DataId): boolean;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array;
}

/** The memory of the backend's heap; undefined if a future tfjs hides it. */
export function heapMemory({ wasm }: WasmBackend): WebAssembly.Memory | undefined {
  const memory = wasm.wasmMemory ?? wasm.asm?.memory ?? wasm.wasmExports?.memory;
  const isHeap = memory instanceof WebAssembly.Memory && memory.buffer === wasm.HEAPU8.buffer;
  return isHeap ? memory : undefined;
}

/**
 * Where a tensor lies in the heap. A tensor of another backend is moved there first, which may make the heap
 * grow and so detach views of it.
 */
export function heapAddress(backend: WasmBackend, { dataId }: TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** A view of a tensor's values, until the heap grows. */
export function heapValues(backend: WasmBackend, tensor: TensorInfo): Float32Array | Int32Array {
  return backend.typedArrayFromHeap(tensor);
}

/** The address of so many bytes, for `freeHeap`; 0 where the heap has no room for them. */
export function allocateHeap({ wasm }: WasmBackend, bytes: number): number {
  return wasm._malloc(bytes) >>> 0;
}

export function freeHeap({ wasm }: WasmBackend, address: number): void {
  wasm._free(address);
}

/** A tensor whose values are not set yet. Its address is 0 where the heap has no room for them. */
export function makeHeapTensor(backend: WasmBackend, shape: number[]): TensorInfo {
  return backend.makeOutput(shape, 'float32');
}

export function disposeHeapTensor(backend: WasmBackend, { dataId }: TensorInfo): void {
  backend.disposeData(dataId);
}
