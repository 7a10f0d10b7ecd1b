import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import { cpuRecord, makeCpuTensor, type CpuBackend } from '../tfjs/cpu_tensors';
import { computeFromArrays, outputShape, type TernaryMatMulInputs } from './array_product';
import type { Backend } from './backend';
import { returnFromEngine } from './packed_words';

export const cpu: Backend = {
  name: 'cpu',
  memory: 'arrays',
  computedBy: 'engines',
  tfjsKernels: {
    TernaryMatMul: (args) => {
      const backend = args.backend as CpuBackend;
      const inputs = args.inputs as unknown as TernaryMatMulInputs;
      const [rows, units] = outputShape(inputs);
      const y = new Float32Array(rows * units);
      const record = (tensor: TensorInfo) => cpuRecord(backend, tensor);
      const access = { record, values: (tensor: TensorInfo) => record(tensor).values! };
      computeFromArrays(access, inputs, args.attrs as unknown as TernaryMatMulAttrs, y);
      return makeCpuTensor(backend, [rows, units], y);
    },
  },
  release: returnFromEngine,
};
