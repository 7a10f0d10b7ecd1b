import { engine, type DataId, type TensorInfo } from '@tensorflow/tfjs-core';
import type { TensorRecord } from './tensor_record';

/** What is used of tfjs-node's NodeJSKernelBackend. */
export interface NodeBackend {
  /** Private to TypeScript. */
  readonly tensorMap: { get(dataId: DataId): TensorRecord };
  write(values: Float32Array, shape: number[], dtype: 'float32'): DataId;
}

/**
 * The backend's record of a tensor. Without values TensorFlow holds the tensor: it does from the first of its
 * ops on that reads it.
 */
export function nodeRecord(backend: NodeBackend, { dataId }: TensorInfo): TensorRecord {
  return backend.tensorMap.get(dataId);
}

/** The values of a tensor, be they on the JavaScript side, in TensorFlow, or on another backend. */
export function nodeValues({ dataId }: TensorInfo): Float32Array | Int32Array {
  return engine().readSync(dataId) as Float32Array | Int32Array;
}

/** A tensor of these values, an array for it alone: TensorFlow does not copy what it is given. */
export function makeNodeTensor(
  backend: NodeBackend,
  shape: number[],
  values: Float32Array,
): TensorInfo {
  return { dataId: backend.write(values, shape, 'float32'), shape, dtype: 'float32' };
}
