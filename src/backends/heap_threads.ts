import type { TensorInfo } from '@tensorflow/tfjs-core';
import { threadsFlag } from '../engine/flags';
import type { WasmEngineName } from '../engine/wasm/engines';
import type { MatMulArgs } from '../engine/wasm/mat_mul_args';
import type { Microkernels } from '../engine/wasm/microkernels';
import { isShared } from '../engine/wasm/modules';
import { WorkThreads } from '../engine/wasm/threads/work_threads';
import { webThreads } from '../engine/wasm/threads/web_threads';
import { TERNARY_MAT_MUL } from '../ops/ternary_mat_mul';
import {
  allocateHeap,
  freeHeapLater,
  heapAddress,
  renewHeapTensor,
  type WasmBackend,
} from '../tfjs/wasm_heap';
import { checkAllocated } from './heap_room';

const threadsOf = new WeakMap<Microkernels, WorkThreads>();

/** The threads that share large products on a heap of tfjs; undefined where that heap cannot be shared. */
export function heapThreads(microkernels: Microkernels): WorkThreads | undefined {
  const known = threadsOf.get(microkernels);
  if (known != null || !isShared(microkernels.memory)) return known;
  const threads = new WorkThreads(microkernels, threadsFlag(), webThreads());
  threadsOf.set(microkernels, threads);
  return threads;
}

/** A large product in threads, with every operand where it lies in the heap; see `computedByThreads`. */
export function productByThreads(
  backend: WasmBackend,
  microkernels: Microkernels,
  engine: WasmEngineName,
  args: MatMulArgs,
  output: TensorInfo,
): boolean {
  const { rows, inFeatures } = args;
  const units = output.shape[1]!;
  return computedByThreads(backend, microkernels, output, {
    kernel: TERNARY_MAT_MUL,
    multiplications: rows * inFeatures * units,
    workspaceBytes: (threads) => threads.workspaceBytes(engine, rows, inFeatures),
    run: (threads, workspace) => threads.matMul(engine, args, units, workspace),
  });
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
  microkernels: Microkernels,
  output: TensorInfo,
  work: HeapWork,
): boolean {
  const threads = heapThreads(microkernels);
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
