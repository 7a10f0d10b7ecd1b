import type { TestedModule } from '../engine/wasm/tested_module';
import { heapMemory, type WasmBackend } from '../tfjs/wasm_heap';

/** A module's functions on the heap of the backend wasm, where they can be used. A future tfjs may hide its heap. */
export function moduleOnHeap<Exports>(
  backend: WasmBackend,
  module: TestedModule<Exports>,
): Exports | undefined {
  const memory = heapMemory(backend);
  return memory && module.on(memory);
}
