import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { TERNARY_MAT_MUL } from '../ops/ternary_mat_mul';
import { computeProduct, outputShape, type TernaryMatMulInputs } from './ternary_mat_mul_kernel';

/** What this kernel uses of tfjs's BackendWasm. */
interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array;
}

export const wasmTernaryMatMul: KernelConfig = {
  kernelName: TERNARY_MAT_MUL,
  backendName: 'wasm',
  kernelFunc: (args) => {
    const backend = args.backend as WasmBackend;
    const inputs = args.inputs as unknown as TernaryMatMulInputs;
    // The output first: making it may grow the heap, which detaches views made before.
    const output = backend.makeOutput(outputShape(inputs), 'float32');
    const y = backend.typedArrayFromHeap(output) as Float32Array;
    computeProduct({ read: (tensor) => backend.typedArrayFromHeap(tensor) }, inputs, args.attrs, y);
    return output;
  },
};
