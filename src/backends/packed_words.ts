import type { DataId } from '@tensorflow/tfjs-core';
import { ownMemoryEngine, releaseFromOwnMemory } from '../engine/own_memory_engine';
import { putValues, redirectValues, type TensorRecord } from '../tfjs/tensor_record';
import { releaseDisposed } from './disposed_words';

const moved = new WeakMap<DataId, TensorRecord>();

/**
 * Moves packed words into the engine's own memory, which then holds the only copy: whoever reads the
 * tensor gets a new array with its values.
 */
export function moveToEngine(
  dataId: DataId,
  words: () => Int32Array,
  record: TensorRecord | undefined,
): void {
  releaseDisposed(dataId, forget);
  const engine = ownMemoryEngine();
  engine.upload(dataId, words);
  if (record == null || moved.get(dataId) === record) return;
  // Without values the words lie elsewhere, in TensorFlow, say.
  if (record.values == null) return;
  moved.set(dataId, record);
  redirectValues(record, () => engine.read(dataId));
}

/** Gives the words back to the tensor, and frees what the engine holds of them. */
export function returnFromEngine(dataId: DataId): void {
  const record = moved.get(dataId);
  if (record != null) putValues(record, record.values);
  forget(dataId);
}

/** Frees what the engine holds of words that nobody reads any more. */
function forget(dataId: DataId): void {
  moved.delete(dataId);
  releaseFromOwnMemory(dataId);
}
