import type { TensorInfo } from '@tensorflow/tfjs-core';
import { threadsFlag } from '../engine/flags';
import type { WasmEngineName } from '../engine/wasm/engines';
import type { MatMulArgs } from '../engine/wasm/mat_mul_args';
import type { Microkernels } from '../engine/wasm/microkernels';
import { isShared } from '../engine/wasm/modules';
import { ProductThreads } from '../engine/wasm/threads/product_threads';
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

const threadsOf = new WeakMap<Microkernels, ProductThreads>();

/** The threads that share large products on a heap of tfjs; undefined where that heap cannot be shared. */
export function heapThreads(microkernels: Microkernels): ProductThreads | undefined {
  const known = threadsOf.get(microkernels);
  if (known != null || !isShared(microkernels.memory)) return known;
  const threads = new ProductThreads(microkernels, threadsFlag(), webThreads());
  threadsOf.set(microkernels, threads);
  return threads;
}

/**
 * Computes a large product in threads, with every operand where it lies in the heap.
 *
 * @returns whether it is computed. If a thread has died, it is not, and `output` has a new address: a thread that is
 *   slow but lives may still write to the old one, which nobody gets before that thread has ended.
 */
export function computedByThreads(
  backend: WasmBackend,
  microkernels: Microkernels,
  engine: WasmEngineName,
  args: MatMulArgs,
  output: TensorInfo,
): boolean {
  const threads = heapThreads(microkernels);
  const [rows, units] = output.shape as [number, number];
  if (!threads?.mayShare(rows, args.inFeatures, units)) return false;
  const workspace = allocateHeap(backend, threads.workspaceBytes(engine, rows, args.inFeatures));
  // One thread needs less.
  if (workspace === 0) return false;
  const inUse = [freeHeapLater(backend, workspace)];
  try {
    const isComputed = threads.matMul(engine, args, units, workspace);
    if (!isComputed) {
      inUse.push(renewHeapTensor(backend, output));
      checkAllocated(heapAddress(backend, output), TERNARY_MAT_MUL, 'output');
    }
    return isComputed;
  } finally {
    threads.afterwards(() => inUse.forEach((free) => free()));
  }
}
