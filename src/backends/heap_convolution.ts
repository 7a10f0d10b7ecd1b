import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { TERNARY_CONV2D, type TernaryConv2DAttrs } from '../ops/ternary_conv2d';
import { heapValues, type WasmBackend } from '../tfjs/wasm_heap';
import { convolveArrays, convolvedShape } from './array_convolution';
import type { TernaryMatMulInputs } from './array_product';
import { withHeapOutputs } from './heap_outputs';

export const heapTernaryConv2D: KernelFunc = (args) => {
  const backend = args.backend as WasmBackend;
  const inputs = args.inputs as unknown as TernaryMatMulInputs;
  const attrs = args.attrs as unknown as TernaryConv2DAttrs;
  const shapes = [convolvedShape(inputs, attrs)];
  const values = (tensor: TensorInfo) => heapValues(backend, tensor);
  const [output] = withHeapOutputs(backend, inputs, shapes, TERNARY_CONV2D, ([y]) => {
    convolveArrays({ values }, inputs, attrs, values(y!) as Float32Array);
  });
  return output!;
};
