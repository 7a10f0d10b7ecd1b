import type { DataId, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { TERNARY_MAT_MUL, type TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import type { TensorRecord } from './packed_words';
import { computeProduct, outputShape, type TernaryMatMulInputs } from './ternary_mat_mul_kernel';

/** What this kernel uses of tfjs's MathBackendCPU. */
interface CpuBackend {
  readonly data: { get(dataId: DataId): TensorRecord };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

export const cpuTernaryMatMul: KernelConfig = {
  kernelName: TERNARY_MAT_MUL,
  backendName: 'cpu',
  kernelFunc: (args) => {
    const backend = args.backend as CpuBackend;
    const inputs = args.inputs as unknown as TernaryMatMulInputs;
    const [rows, units] = outputShape(inputs);
    const y = new Float32Array(rows * units);
    const record = ({ dataId }: TensorInfo) => backend.data.get(dataId);
    const access = { record, values: (tensor: TensorInfo) => record(tensor).values! };
    computeProduct(access, inputs, args.attrs as unknown as TernaryMatMulAttrs, y);
    return backend.makeTensorInfo([rows, units], 'float32', y);
  },
};
