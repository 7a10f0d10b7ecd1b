import { ownMemoryThreads } from '../engine/own_memory_engine';
import { withoutDenormals } from '../tfjs/node_denormals';
import { makeNodeTensor, nodeRecord, nodeValues, type NodeBackend } from '../tfjs/node_tensors';
import { arrayAttention } from './array_attention';
import { arrayTernaryConv2D } from './array_convolution';
import { arrayGate } from './array_gate';
import { arrayGelu } from './array_gelu';
import { arrayNormalization } from './array_normalization';
import { arrayTernaryMatMul, type ArrayTensors } from './array_product';
import type { Backend } from './backend';
import { returnFromEngine } from './packed_words';
import { tensorflowColumnSums } from './tensorflow_column_sums';

const tensors: ArrayTensors<NodeBackend> = {
  record: nodeRecord,
  values: (_backend, tensor) => nodeValues(tensor),
  make: makeNodeTensor,
  // Its ops add the biases of layers in training, and the deployed layers are to give the same.
  addends: withoutDenormals,
};

/**
 * Packed weights are read by no TensorFlow op, so tfjs-node keeps them on the JavaScript side, from where
 * they move to the engine's memory at first use.
 */
export const tensorflow: Backend = {
  name: 'tensorflow',
  computedBy: () => 'engines',
  tfjsKernels: {
    TernaryMatMul: arrayTernaryMatMul(tensors),
    TernaryConv2D: arrayTernaryConv2D(tensors),
    ColumnSums: tensorflowColumnSums,
    ScaledDotProductAttention: arrayAttention(tensors),
    SparsityGate: arrayGate(tensors),
    ...arrayGelu(tensors),
    ...arrayNormalization(tensors),
  },
  release: returnFromEngine,
  threads: ownMemoryThreads,
};
