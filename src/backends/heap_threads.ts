import type { TensorInfo } from '@tensorflow/tfjs-core';
import { threadsFlag } from '../engine/flags';
import { isShared } from '../engine/wasm/modules';
import { WorkThreads } from '../engine/wasm/threads/work_threads';
import { webThreads } from '../engine/wasm/threads/web_threads';
import {
  allocateHeap,
  freeHeapLater,
  heapAddress,
  renewHeapTensor,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import { heapMicrokernels } from './heap_microkernels';
import { checkAllocated } from './heap_room';

const threadsOf = new WeakMap<WasmBackend, WorkThreads>();

/** The threads that share large work on the heap of a backend; undefined where that heap cannot be shared. */
export function heapThreads(backend: WasmBackend): WorkThreads | undefined {
  const known = threadsOf.get(backend);
  if (known != null) return known;
  const microkernels = heapMicrokernels(backend);
  if (microkernels == null || !isShared(microkernels.memory)) return undefined;
  const threads = new WorkThreads(microkernels, threadsFlag(), webThreads());
  threadsOf.set(backend, threads);
  return threads;
}

/** Ends those that have been started. */
export function endHeapThreads(backend: WasmBackend): void {
  void threadsOf.get(backend)?.end();
}

/** What threads are to compute in a workspace. */
interface HeapWork {
  /** Name of the tfjs kernel. */
  readonly kernel: string;
  readonly multiplications: number;
  workspaceBytes(threads: WorkThreads): number;
  run(threads: WorkThreads, workspace: number): boolean;
}

/**
 * Computes large work in threads.
 *
 * @returns whether it is computed. If a thread has died, it is not, and `output` has a new address: a thread that is
 *   slow but lives may still write to the old one, which nobody gets before that thread has ended.
 */
export function computedByThreads(
  backend: WasmBackend,
  output: TensorInfo,
  work: HeapWork,
): boolean {
  const threads = heapThreads(backend);
  if (!threads?.mayShare(work.multiplications)) return false;
  const workspace = allocateHeap(backend, work.workspaceBytes(threads));
  // One thread needs less.
  if (workspace === 0) return false;
  const inUse = [freeHeapLater(backend, workspace)];
  try {
    const isComputed = work.run(threads, workspace);
    if (!isComputed) {
      inUse.push(renewHeapTensor(backend, output));
      checkAllocated(heapAddress(backend, output), work.kernel, 'output');
    }
    return isComputed;
  } finally {
    threads.afterwards(() => inUse.forEach((free) => free()));
  }
}
