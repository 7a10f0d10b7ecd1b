import { util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core';
import { geluModule } from '../engine/gelu/module';
import { geluGradientPortable, geluPortable } from '../engine/gelu/portable';
import type { GeluAttrs, GeluKernelName } from '../ops/gelu';
import { heapAddress, heapValues, type WasmBackend } from '../tfjs/wasm_heap';
import { withHeapOutputs } from './heap_outputs';
import { moduleOnHeap } from './module_on_heap';

/** The tfjs kernels of the backend wasm, which compute where the tensors lie. */
export const heapGelu: Record<GeluKernelName, KernelFunc> = {
  Gelu: kernelOf((backend, { x }, y, { form }) => {
    const microkernels = moduleOnHeap(backend, geluModule);
    if (microkernels == null) geluPortable(floats(backend, x), form, floats(backend, y));
    else microkernels[form](...addresses(backend, x, y), sizeOf(x));
  }),
  GeluGradient: kernelOf((backend, { x, dy }, dx, { form }) => {
    const microkernels = moduleOnHeap(backend, geluModule);
    if (microkernels == null) {
      geluGradientPortable(floats(backend, x), floats(backend, dy), form, floats(backend, dx));
    } else {
      const [xAt, dyAt] = addresses(backend, x, dy);
      const to = heapAddress(backend, dx);
      microkernels[`${form}Gradient`](xAt, dyAt, to, sizeOf(x));
    }
  }),
};

interface Inputs {
  readonly x: TensorInfo;
  readonly dy: TensorInfo;
}

function kernelOf(
  compute: (backend: WasmBackend, inputs: Inputs, output: TensorInfo, attrs: GeluAttrs) => void,
): KernelFunc {
  return (args) => {
    const backend = args.backend as WasmBackend;
    const inputs = args.inputs as unknown as Inputs;
    const [result] = withHeapOutputs(backend, inputs, [inputs.x.shape], 'Gelu', ([output]) =>
      compute(backend, inputs, output!, args.attrs as unknown as GeluAttrs),
    );
    return result!;
  };
}

function addresses(backend: WasmBackend, a: TensorInfo, b: TensorInfo): [number, number] {
  return [heapAddress(backend, a), heapAddress(backend, b)];
}

function sizeOf({ shape }: TensorInfo): number {
  return util.sizeFromShape(shape);
}

function floats(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  return heapValues(backend, tensor) as Float32Array;
}
