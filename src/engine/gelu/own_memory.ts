import { ownMemoryEngine } from '../own_memory_engine';
import { CHUNK_BYTES } from '../wasm/own_memory';
import type { GeluMicrokernels } from './microkernels';
import type { GeluForm } from './portable';

/*
 * The microkernels on the engine's own memory, for backends whose tensors are JavaScript arrays. The numbers are
 * copied in and out some at a time, so that the memory does not grow with them.
 */

export function geluInOwnMemory(
  microkernels: GeluMicrokernels,
  x: Float32Array,
  form: GeluForm,
  y: Float32Array,
): void {
  inParts([x], y, (to, count, from) => microkernels[form](from, to, count));
}

export function geluGradientInOwnMemory(
  microkernels: GeluMicrokernels,
  x: Float32Array,
  dy: Float32Array,
  form: GeluForm,
  dx: Float32Array,
): void {
  inParts([x, dy], dx, (to, count, xAt, dyAt) =>
    microkernels[`${form}Gradient`](xAt, dyAt!, to, count),
  );
}

/** `compute` gets the addresses of a part of `result` and of each of `inputs`. */
function inParts(
  inputs: [Float32Array, Float32Array?],
  result: Float32Array,
  compute: (to: number, count: number, first: number, second: number | undefined) => void,
): void {
  const most = Math.min(result.length, CHUNK_BYTES / 16);
  const engine = ownMemoryEngine();
  engine.lend(4 * most * (1 + inputs.length), (to) => {
    const floats = new Float32Array(engine.memory.buffer);
    const addresses = inputs.map((_, i) => to + 4 * most * (1 + i)) as [number, number?];
    for (let from = 0; from < result.length; from += most) {
      const end = Math.min(from + most, result.length);
      inputs.forEach((input, i) => floats.set(input!.subarray(from, end), addresses[i]! / 4));
      compute(to, end - from, ...(addresses as [number, number | undefined]));
      result.set(floats.subarray(to / 4, to / 4 + end - from), from);
    }
  });
}
