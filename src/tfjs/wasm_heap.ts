import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

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
    readonly tfjs: { disposeData(id: number): void };
  };
  readonly dataIdMap: {
    get(dataId: DataId): { readonly id: number; readonly memoryOffset: number };
    delete(dataId: DataId): boolean;
  };
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  move(dataId: DataId, values: null, shape: number[], dtype: DataType, refCount: number): void;
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

/** A function that frees the address, even after the backend has been removed, which then knows its heap no more. */
export function freeHeapLater({ wasm }: WasmBackend, address: number): () => void {
  return () => wasm._free(address);
}

/** A tensor whose values are not set yet. Its address is 0 if the heap has no room for them. */
export function makeHeapTensor(backend: WasmBackend, shape: number[]): TensorInfo {
  return backend.makeOutput(shape, 'float32');
}

/**
 * Gives a new tensor, which nothing else refers to yet, other memory, whose values are not set. Its address is 0 if the
 * heap has no room. Returns a function that frees the memory before.
 */
export function renewHeapTensor(backend: WasmBackend, tensor: TensorInfo): () => void {
  const { dataId, shape, dtype } = tensor;
  const { wasm } = backend;
  const before = backend.dataIdMap.get(dataId);
  // tfjs counts what is put in, and would count the tensor twice.
  backend.dataIdMap.delete(dataId);
  backend.move(dataId, null, shape, dtype, 1);
  return () => {
    wasm._free(before.memoryOffset);
    wasm.tfjs.disposeData(before.id);
  };
}

export function disposeHeapTensor(backend: WasmBackend, { dataId }: TensorInfo): void {
  backend.disposeData(dataId);
}
