import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { geluArray, geluGradientArray } from '../engine/gelu/gelu';
import type { GeluAttrs, GeluKernelName } from '../ops/gelu';
import type { ArrayTensors } from './array_product';

/** The tfjs kernels of a backend whose tensors are JavaScript arrays. */
export function arrayGelu<Backend>(
  tensors: Pick<ArrayTensors<Backend>, 'values' | 'make'>,
): Record<GeluKernelName, KernelFunc> {
  const kernelOf =
    (
      compute: (floats: (tensor: TensorInfo) => Float32Array, inputs: Inputs, args: Output) => void,
    ): KernelFunc =>
    (args) => {
      const backend = args.backend as Backend;
      const inputs = args.inputs as unknown as Inputs;
      const floats = (tensor: TensorInfo) => tensors.values(backend, tensor) as Float32Array;
      const result = new Float32Array(floats(inputs.x).length);
      compute(floats, inputs, { ...(args.attrs as unknown as GeluAttrs), result });
      return tensors.make(backend, inputs.x.shape, result);
    };
  return {
    Gelu: kernelOf((floats, { x }, { form, result }) => geluArray(floats(x), form, result)),
    GeluGradient: kernelOf((floats, { x, dy }, { form, result }) =>
      geluGradientArray(floats(x), floats(dy), form, result),
    ),
  };
}

interface Inputs {
  readonly x: TensorInfo;
  readonly dy: TensorInfo;
}

interface Output extends GeluAttrs {
  readonly result: Float32Array;
}
