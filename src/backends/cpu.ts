import { cpuRecord, makeCpuTensor, type CpuBackend } from '../tfjs/cpu_tensors';
import { arrayTernaryMatMul } from './array_product';
import type { Backend } from './backend';
import { returnFromEngine } from './packed_words';

export const cpu: Backend = {
  name: 'cpu',
  memory: 'arrays',
  computedBy: 'engines',
  tfjsKernels: {
    TernaryMatMul: arrayTernaryMatMul<CpuBackend>({
      record: cpuRecord,
      values: (backend, tensor) => cpuRecord(backend, tensor).values!,
      make: makeCpuTensor,
    }),
  },
  release: returnFromEngine,
};
