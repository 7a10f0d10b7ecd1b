import type { DataId, TensorInfo } from '@tensorflow/tfjs-core';
import type { TensorRecord } from './tensor_record';

/** The part of tfjs's MathBackendCPU that is used. */
export interface CpuBackend {
  readonly data: { get(dataId: DataId): TensorRecord };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/** The backend's record of a tensor. It holds the values themselves: reading them copies nothing. */
export function cpuRecord(backend: CpuBackend, { dataId }: TensorInfo): TensorRecord {
  return backend.data.get(dataId);
}

/** A tensor of these values, which are not copied. */
export function makeCpuTensor(
  backend: CpuBackend,
  shape: number[],
  values: Float32Array,
): TensorInfo {
  return backend.makeTensorInfo(shape, 'float32', values);
}
