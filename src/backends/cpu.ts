import { ownMemoryThreads } from '../engine/own_memory_engine';
import { cpuRecord, makeCpuTensor, type CpuBackend } from '../tfjs/cpu_tensors';
import { arrayAttention } from './array_attention';
import { arrayBatchNorm } from './array_batch_norm';
import { arrayColumnSums } from './array_column_sums';
import { arrayTernaryConv2D } from './array_convolution';
import { arrayGate } from './array_gate';
import { arrayGelu } from './array_gelu';
import { arrayNormalization } from './array_normalization';
import { arrayTernaryMatMul, type ArrayTensors } from './array_product';
import type { Backend } from './backend';
import { returnFromEngine } from './packed_words';

const tensors: ArrayTensors<CpuBackend> = {
  record: cpuRecord,
  values: (backend, tensor) => cpuRecord(backend, tensor).values!,
  make: makeCpuTensor,
};

export const cpu: Backend = {
  name: 'cpu',
  computedBy: () => 'engines',
  tfjsKernels: {
    TernaryMatMul: arrayTernaryMatMul(tensors),
    TernaryConv2D: arrayTernaryConv2D(tensors),
    ColumnSums: arrayColumnSums(tensors),
    ScaledDotProductAttention: arrayAttention(tensors),
    SparsityGate: arrayGate(tensors),
    BatchNorm: arrayBatchNorm(tensors),
    ...arrayGelu(tensors),
    ...arrayNormalization(tensors),
  },
  release: returnFromEngine,
  threads: ownMemoryThreads,
};
