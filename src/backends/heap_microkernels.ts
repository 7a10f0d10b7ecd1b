import { Microkernels } from '../engine/wasm/microkernels';
import { heapMemory, type WasmBackend } from '../tfjs/wasm_heap';

const microkernelsOfBackend = new WeakMap<WasmBackend, Microkernels>();

/** The microkernels on tfjs's own heap; undefined if a future tfjs hides it. */
export function heapMicrokernels(backend: WasmBackend): Microkernels | undefined {
  const known = microkernelsOfBackend.get(backend);
  if (known != null) return known;
  const memory = heapMemory(backend);
  if (memory == null) return undefined;
  const microkernels = new Microkernels(memory);
  microkernelsOfBackend.set(backend, microkernels);
  return microkernels;
}
