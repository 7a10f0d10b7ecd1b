import { ownMemoryEngine } from '../own_memory_engine';
import { CHUNK_BYTES } from '../wasm/own_memory';
import { unlessMemoryIsRefused } from '../wasm/refused_memory';
import type { WorkThreads } from '../wasm/threads/work_threads';
import type { Attention } from './attention';
import type { AttentionMicrokernels } from './microkernels';
import { attendInWorkspace, sharedMultiplications, workspaceBytes } from './workspace';

/** Where arrays lie that come one behind the other. */
const ARRAYS = ['q', 'k', 'v', 'mask', 'slopes'] as const;

/**
 * The microkernels on the engine's own memory, for backends whose tensors are JavaScript arrays. The arrays are
 * copied in and out, some examples at a time, so that the memory does not grow with the batch.
 */
export function attendInOwnMemory(
  microkernels: AttentionMicrokernels,
  attention: Attention,
  y: Float32Array,
): void {
  const { examples } = attention.sizes;
  const floats = ARRAYS.reduce((sum, name) => sum + (attention[name]?.length ?? 0), y.length);
  const step = Math.max(1, Math.floor((examples * CHUNK_BYTES) / (4 * floats)));
  for (let first = 0; first < examples; first += step) {
    const count = Math.min(step, examples - first);
    attendExamples(
      microkernels,
      partOf(attention, first, count),
      partOfArray(y, first, count, examples),
    );
  }
}

/** Some examples. */
function partOf(attention: Attention, first: number, count: number): Attention {
  const { examples } = attention.sizes;
  const part = (values: Float32Array) => partOfArray(values, first, count, examples);
  return {
    q: part(attention.q),
    k: part(attention.k),
    v: part(attention.v),
    mask: attention.mask && part(attention.mask),
    slopes: attention.slopes,
    sizes: { ...attention.sizes, examples: count },
  };
}

function partOfArray(
  values: Float32Array,
  first: number,
  count: number,
  examples: number,
): Float32Array {
  const size = values.length / examples;
  return values.subarray(first * size, (first + count) * size);
}

/** By the threads of that memory, if there is enough to do for them. */
function attendExamples(
  microkernels: AttentionMicrokernels,
  attention: Attention,
  y: Float32Array,
): void {
  const { threads } = ownMemoryEngine();
  const isShared = threads.mayShare(sharedMultiplications(attention.sizes));
  const byThreads = () => attendBy(threads, microkernels, attention, y);
  // One thread needs less memory.
  if (isShared && unlessMemoryIsRefused(byThreads, false)) return;
  attendBy(undefined, microkernels, attention, y);
}

/** Returns false, with `y` as it was, if a thread has died. */
function attendBy(
  threads: WorkThreads | undefined,
  microkernels: AttentionMicrokernels,
  attention: Attention,
  y: Float32Array,
): boolean {
  const { sizes } = attention;
  const arrays = ARRAYS.map((name) => attention[name] ?? NONE);
  const floats = arrays.reduce((sum, { length }) => sum + length, y.length);
  const bytes = workspaceBytes(microkernels, sizes, threads?.most ?? 1);
  const engine = ownMemoryEngine();
  let isComputed = false;
  engine.lend(bytes + 4 * floats, (workspace) => {
    let end = workspace + bytes;
    const heap = engine.views.floats(end + 4 * floats);
    const put = (values: Float32Array) => {
      const address = end;
      heap.set(values, address / 4);
      end += 4 * values.length;
      return values.length === 0 ? 0 : address;
    };
    const [q, k, v, mask, slopes] = arrays.map(put) as [number, number, number, number, number];
    const addresses = { q, k, v, mask, slopes, y: end };
    isComputed = attendInWorkspace(
      microkernels,
      engine.views,
      addresses,
      sizes,
      workspace,
      threads,
    );
    if (isComputed) y.set(heap.subarray(end / 4, end / 4 + y.length));
  });
  return isComputed;
}

const NONE = new Float32Array(0);
