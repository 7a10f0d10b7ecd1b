import { engine, type DataId, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { TERNARY_MAT_MUL, type TernaryMatMulAttrs } from '../ops/ternary_mat_mul';
import type { TensorRecord } from './packed_words';
import { computeProduct, outputShape, type TernaryMatMulInputs } from './ternary_mat_mul_kernel';

/** What this kernel uses of tfjs-node's NodeJSKernelBackend. */
interface NodeBackend {
  /** Private to TypeScript. A record without values is of a tensor that TensorFlow holds. */
  readonly tensorMap: { get(dataId: DataId): TensorRecord };
  write(values: Float32Array, shape: number[], dtype: 'float32'): DataId;
}

/**
 * Packed weights are read by no TensorFlow op, so tfjs-node keeps them on the JavaScript side, from where
 * they move to the engine's memory at first use. The output is a fresh array each time: TensorFlow
 * aliases what it is given.
 */
export const tensorflowTernaryMatMul: KernelConfig = {
  kernelName: TERNARY_MAT_MUL,
  backendName: 'tensorflow',
  kernelFunc: (args) => {
    const backend = args.backend as NodeBackend;
    const inputs = args.inputs as unknown as TernaryMatMulInputs;
    const shape = outputShape(inputs);
    const y = new Float32Array(shape[0] * shape[1]);
    const access = {
      values: ({ dataId }: TensorInfo) => engine().readSync(dataId) as Float32Array | Int32Array,
      record: ({ dataId }: TensorInfo) => backend.tensorMap.get(dataId),
    };
    computeProduct(access, inputs, args.attrs as unknown as TernaryMatMulAttrs, y);
    return { dataId: backend.write(y, shape, 'float32'), shape, dtype: 'float32' };
  },
};
