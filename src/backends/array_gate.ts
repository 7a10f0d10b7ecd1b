import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { gateArray } from '../engine/gate/gate';
import type { GateRows } from '../engine/gate/gate_rows';
import type { ArrayTensors } from './array_product';

/** The tfjs kernel of a backend whose tensors are JavaScript arrays. */
export function arrayGate<Backend>(
  tensors: Pick<ArrayTensors<Backend>, 'values' | 'make'>,
): KernelFunc {
  return (args) => {
    const backend = args.backend as Backend;
    const { x } = args.inputs as unknown as { x: TensorInfo };
    const values = tensors.values(backend, x) as Float32Array;
    const y = new Float32Array(values.length);
    gateArray(values, args.attrs as unknown as GateRows, y);
    return tensors.make(backend, x.shape, y);
  };
}
