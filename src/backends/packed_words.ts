import type { DataId } from '@tensorflow/tfjs-core';
import { ownMemoryEngine, releaseFromOwnMemory } from '../engine/select';

/** tfjs's record of a tensor, on backends whose values are JavaScript arrays. */
export interface TensorRecord {
  values: Float32Array | Int32Array | null;
}

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
  const engine = ownMemoryEngine();
  engine.upload(dataId, words);
  if (record == null || moved.get(dataId) === record) return;
  // Without values the words lie elsewhere, in TensorFlow, say.
  if (record.values == null) return;
  moved.set(dataId, record);
  Object.defineProperty(record, 'values', {
    configurable: true,
    enumerable: true,
    get: () => engine.read(dataId),
    set: (value: TensorRecord['values']) => setPlain(record, value),
  });
}

/** Gives the words back to the tensor, and frees what the engine holds of them. */
export function returnFromEngine(dataId: DataId): void {
  const record = moved.get(dataId);
  if (record != null) setPlain(record, record.values);
  moved.delete(dataId);
  releaseFromOwnMemory(dataId);
}

function setPlain(record: TensorRecord, value: TensorRecord['values']): void {
  const plain = { configurable: true, enumerable: true, writable: true, value };
  Object.defineProperty(record, 'values', plain);
}
