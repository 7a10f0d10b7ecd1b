/* A process that loads deployed kernels as from a file, uses each, and tells by how much it grew. */
import * as tf from '@tensorflow/tfjs';
import { engineInfo, ternaryMatMul } from 'tfjs-bitcore';
import { startBackend } from './hosts/tfjs';

export interface MemoryRequest {
  readonly backend: 'cpu' | 'wasm' | 'tensorflow';
  /** Whether the portable engine is forced. */
  readonly portable: boolean;
  readonly k: number;
  readonly n: number;
}

export type MemoryReply =
  { engine: string; bitsPerWeight: number; countedBitsPerWeight: number } | { error: string };

/** Bytes of packed words that are loaded: much more than a process grows by for other reasons. */
const TOTAL_BYTES = 1 << 27;

async function measure({ backend, portable, k, n }: MemoryRequest): Promise<MemoryReply> {
  await startBackend(backend);
  if (portable) tf.env().set('BITCORE_USE_WASM_SIMD', false);
  const words = (n * k) / 16;
  const count = Math.round(TOTAL_BYTES / (4 * words));
  const kernels = loadAndUse(Math.max(2, count >> 3), k, n);
  const before = await settled();
  const counted = tf.memory().numBytes;
  kernels.push(...loadAndUse(count, k, n));
  const after = await settled();
  const weights = count * k * n;
  const { engine } = engineInfo();
  return {
    engine,
    bitsPerWeight: (8 * (after - before)) / weights,
    countedBitsPerWeight: (8 * (tf.memory().numBytes - counted)) / weights,
  };
}

function loadAndUse(count: number, k: number, n: number): tf.Tensor[] {
  const scale = tf.scalar(1).as1D();
  const x = tf.ones([1, k]);
  const kernels = Array.from({ length: count }, () => {
    const words = new Int32Array((n * k) / 16).fill(0x64925018);
    const packed = tf.tensor2d(words, [n, k / 16], 'int32');
    const y = ternaryMatMul({ x, packed, scale });
    y.dataSync();
    y.dispose();
    return packed;
  });
  tf.dispose([x, scale]);
  return kernels;
}

/** Resident bytes once garbage is collected. */
async function settled(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage.rss();
}

void measure(JSON.parse(process.argv[2]) as MemoryRequest)
  .catch((error: Error) => ({ error: error.stack ?? String(error) }))
  .then((reply) => process.send?.(reply, () => process.exit()));
