import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import { makeNodeTensor, nodeRecord, nodeValues, type NodeBackend } from '../tfjs/node_tensors';
import { computeFromArrays, outputShape, type TernaryMatMulInputs } from './array_product';
import type { Backend } from './backend';
import { returnFromEngine } from './packed_words';

/**
 * Packed weights are read by no TensorFlow op, so tfjs-node keeps them on the JavaScript side, from where
 * they move to the engine's memory at first use.
 */
export const tensorflow: Backend = {
  name: 'tensorflow',
  memory: 'arrays',
  computedBy: 'engines',
  tfjsKernels: {
    TernaryMatMul: (args) => {
      const backend = args.backend as NodeBackend;
      const inputs = args.inputs as unknown as TernaryMatMulInputs;
      const [rows, units] = outputShape(inputs);
      const y = new Float32Array(rows * units);
      const record = (tensor: TensorInfo) => nodeRecord(backend, tensor);
      const access = { record, values: nodeValues };
      computeFromArrays(access, inputs, args.attrs as unknown as TernaryMatMulAttrs, y);
      return makeNodeTensor(backend, [rows, units], y);
    },
  },
  release: returnFromEngine,
};
