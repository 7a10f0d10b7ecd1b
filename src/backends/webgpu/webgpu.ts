import { findBackend, tensor2d, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { TERNARY_CONV2D } from '../../ops/ternary_conv2d';
import { TERNARY_MAT_MUL, type TernaryMatMulAttrs } from '../../ops/ternary_mat_mul';
import { hasPackedDot, type WebGPUBackend } from '../../tfjs/webgpu_programs';
import { outputShape, type TernaryMatMulInputs } from '../array_product';
import type { Backend } from '../backend';
import { composedTernaryConv2D, composedTernaryMatMul } from '../composed';
import { gpuCopy, releaseGpuCopy } from '../gpu_copies';
import { gpuProduct, tileFor } from './product';
import { checkNotLost, programsState, programsTested } from './state';

/** The GPU multiplies by the packed words themselves where its driver passes a test, and where not, ops of tfjs do. */
const ternaryMatMul: KernelFunc = (args) => {
  const backend = args.backend as WebGPUBackend;
  const inputs = args.inputs as unknown as TernaryMatMulInputs;
  const attrs = args.attrs as unknown as TernaryMatMulAttrs;
  checkNotLost(backend, TERNARY_MAT_MUL);
  const [rows, units] = outputShape(inputs);
  const isEmpty = rows * attrs.inFeatures * units === 0;
  if (attrs.inputQuantizer !== 'int8' || isEmpty || programsState(backend) !== 'works') {
    return composedTernaryMatMul(args);
  }
  const form = { tile: tileFor(rows), packedDot: hasPackedDot() };
  return gpuProduct(backend, { ...inputs, packed: wordsOnGpu(inputs.packed) }, attrs, form);
};

const ternaryConv2D: KernelFunc = (args) => {
  checkNotLost(args.backend as WebGPUBackend, TERNARY_CONV2D);
  return composedTernaryConv2D(args);
};

export const webgpu: Backend = {
  name: 'webgpu',
  computedBy: () => {
    const backend = startedBackend();
    return backend != null && programsState(backend) === 'works' ? 'programs' : 'ops';
  },
  tfjsKernels: { TernaryMatMul: ternaryMatMul, TernaryConv2D: ternaryConv2D },
  release: releaseGpuCopy,
  threads: () => 1,
  ready: async () => {
    const backend = startedBackend();
    if (backend != null) await programsTested(backend);
  },
};

function startedBackend(): WebGPUBackend | null {
  return findBackend('webgpu') as unknown as WebGPUBackend | null;
}

function wordsOnGpu(packed: TensorInfo): TensorInfo {
  return gpuCopy(packed, {
    kernel: TERNARY_MAT_MUL,
    serves: ({ dtype }) => dtype === 'int32',
    make: (words) => tensor2d(words, packed.shape as [number, number], 'int32'),
  });
}
