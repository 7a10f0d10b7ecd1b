import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { columnSums } from '../engine/column_sums';
import type { ArrayTensors } from './array_product';

/** The tfjs kernel of a backend whose tensors are JavaScript arrays. */
export function arrayColumnSums<Backend>(
  tensors: Pick<ArrayTensors<Backend>, 'values' | 'make'>,
): KernelFunc {
  return (args) => {
    const backend = args.backend as Backend;
    const x = args.inputs.x as TensorInfo;
    const [rows, columns] = x.shape as [number, number];
    const values = tensors.values(backend, x) as Float32Array;
    return tensors.make(backend, [columns], columnSums(values, rows, columns));
  };
}
