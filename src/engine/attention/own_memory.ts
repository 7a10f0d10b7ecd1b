import { ownMemoryEngine } from '../own_memory_engine';
import type { Attention } from './attention';
import type { AttentionMicrokernels } from './microkernels';

/**
 * The microkernels on the engine's own memory, for backends whose tensors are JavaScript arrays. The arrays are
 * copied in and out.
 */
export function attendInOwnMemory(
  { attend, scratchBytesOfAttention }: AttentionMicrokernels,
  { q, k, v, mask, slopes, sizes }: Attention,
  y: Float32Array,
): void {
  const { heads, queries, keys, keyWidth, valueWidth, scale, causal } = sizes;
  const arrays = [q, k, v, mask ?? NONE, slopes ?? NONE];
  const floats = arrays.reduce((sum, { length }) => sum + length, y.length);
  const engine = ownMemoryEngine();
  const scratchBytes = scratchBytesOfAttention(keyWidth, valueWidth);
  engine.lend(scratchBytes + 4 * floats, (scratch) => {
    const heap = new Float32Array(engine.memory.buffer);
    let end = scratch + scratchBytes;
    const addresses = arrays.map((values) => {
      const address = end;
      heap.set(values, address / 4);
      end += 4 * values.length;
      return values === NONE ? 0 : address;
    }) as [number, number, number, number, number];
    const to = [end, scratch] as const;
    const counts = [heads, queries, keys, keyWidth, valueWidth] as const;
    attend(...addresses, ...to, ...counts, scale, Number(causal));
    y.set(heap.subarray(end / 4, end / 4 + y.length));
  });
}

const NONE = new Float32Array(0);
