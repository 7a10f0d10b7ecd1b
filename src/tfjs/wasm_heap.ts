import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';

/** The part of tfjs's BackendWasm that is used. */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    /** The heap, in the threaded build. */
    readonly wasmMemory?: WebAssembly.Memory;
    /** The exports, which include the heap, in the other builds and in newer versions of Emscripten. */
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
 * The address of a tensor in the heap. A tensor of another backend is moved there first. This may make the
 * heap grow, and thereby detach views of it.
 */
export function heapAddress(backend: WasmBackend, { dataId }: TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** A view of a tensor's values, until the heap grows. */
export function heapValues(backend: WasmBackend, tensor: TensorInfo): Float32Array | Int32Array {
  return backend.typedArrayFromHeap(tensor);
}

/** The address of this many bytes, for `freeHeap`; 0 if the heap has no room for them. */
export function allocateHeap({ wasm }: WasmBackend, bytes: number): number {
  return wasm._malloc(bytes) >>> 0;
}

export function freeHeap({ wasm }: WasmBackend, address: number): void {
  wasm._free(address);
}

/** A tensor whose values are not set yet. Its address is 0 if the heap has no room for them. */
export function makeHeapTensor(backend: WasmBackend, shape: number[]): TensorInfo {
  return backend.makeOutput(shape, 'float32');
}

export function disposeHeapTensor(backend: WasmBackend, { dataId }: TensorInfo): void {
  backend.disposeData(dataId);
}
