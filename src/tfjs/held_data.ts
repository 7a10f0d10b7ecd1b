import { engine, type DataId } from '@tensorflow/tfjs-core';

/*
 * Relies on `engine().state.tensorInfo`, which has the data of every tensor, on all backends, until its last
 * tensor is disposed.
 */

/** Whether some tensor still holds this data. */
export function isHeld(dataId: DataId): boolean {
  const { state } = engine() as unknown as { state: { tensorInfo: WeakMap<DataId, unknown> } };
  return state.tensorInfo.has(dataId);
}
