import { engine, type DataId, type TensorInfo } from '@tensorflow/tfjs-core';
import type { TensorRecord } from './tensor_record';

/** The part of tfjs-node's NodeJSKernelBackend that is used. */
export interface NodeBackend {
  /** TypeScript treats this as private. */
  readonly tensorMap: { get(dataId: DataId): TensorRecord };
  write(values: Float32Array, shape: number[], dtype: 'float32'): DataId;
}

/**
 * The backend's record of a tensor. If it has no values, TensorFlow holds the tensor. This is so from the
 * first op of TensorFlow that reads the tensor.
 */
export function nodeRecord(backend: NodeBackend, { dataId }: TensorInfo): TensorRecord {
  return backend.tensorMap.get(dataId);
}

/** The values of a tensor, whether they are on the JavaScript side, in TensorFlow, or on another backend. */
export function nodeValues({ dataId }: TensorInfo): Float32Array | Int32Array {
  return engine().readSync(dataId) as Float32Array | Int32Array;
}

/** A tensor of these values. The array must be for it alone: TensorFlow does not copy it. */
export function makeNodeTensor(
  backend: NodeBackend,
  shape: number[],
  values: Float32Array,
): TensorInfo {
  return { dataId: backend.write(values, shape, 'float32'), shape, dtype: 'float32' };
}
