import { ownMemoryEngine } from '../own_memory_engine';
import { CHUNK_BYTES } from '../wasm/own_memory';
import { gateScratchBytes, microkernelFor, type GateRows } from './gate_rows';
import type { GateMicrokernels } from './microkernels';

/**
 * The microkernels on the engine's own memory, for backends whose tensors are JavaScript arrays. Rows are copied in and
 * out some at a time, so that the memory does not grow with them.
 */
export function gateInOwnMemory(
  microkernels: GateMicrokernels,
  x: Float32Array,
  rows: GateRows,
  y: Float32Array,
): void {
  const { width, keep } = rows;
  const step = width * Math.min(x.length / width, Math.floor(CHUNK_BYTES / (8 * width)));
  const gate = microkernelFor(rows, microkernels);
  const engine = ownMemoryEngine();
  engine.lend(8 * step + gateScratchBytes(rows), (xAt) => {
    const yAt = xAt + 4 * step;
    const floats = new Float32Array(engine.memory.buffer);
    for (let from = 0; from < x.length; from += step) {
      const end = Math.min(from + step, x.length);
      floats.set(x.subarray(from, end), xAt / 4);
      gate(xAt, yAt, (end - from) / width, width, keep, yAt + 4 * step);
      y.set(floats.subarray(yAt / 4, yAt / 4 + end - from), from);
    }
  });
}
