import * as tf from '@tensorflow/tfjs';
import { memoryEngine, placeIndex } from 'tfjs-bitcore/retrieval';
import type { Case } from './cases';
import { addAll, indexSubject, secondsOf } from './filled_index';
import type { Store } from './subject';

/** The memory engine with SIMD and in plain JavaScript, on one index. */
export async function memoryStore(descriptors: Uint8Array, each: Case): Promise<Store> {
  const engine = memoryEngine();
  const index = await placeIndex({ bits: each.bits, engine });
  const addSeconds = await secondsOf(() => addAll(index, descriptors, each));
  const useSimd = (use: boolean) => ({
    prepare: () => tf.env().set('BITCORE_USE_WASM_SIMD', use),
  });
  const plain = indexSubject('memoryEngine, plain JavaScript', index, useSimd(false));
  return {
    subjects: [
      indexSubject('memoryEngine', index, useSimd(true)),
      { ...plain, oneQueryOnly: true },
    ],
    kept: { engine: 'memoryEngine', addSeconds, bytes: (await engine.save()).length },
    close: () => index.close(),
  };
}
