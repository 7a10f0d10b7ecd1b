import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { columnSums } from '../engine/column_sums';
import { COLUMN_SUMS } from '../quantizers/kernel/column_sums';
import { heapValues, type WasmBackend } from '../tfjs/wasm_heap';
import { withHeapOutputs } from './heap_outputs';

/** The tfjs kernel of the backend wasm. */
export const heapColumnSums: KernelFunc = (args) => {
  const backend = args.backend as WasmBackend;
  const x = args.inputs.x as TensorInfo;
  const [rows, columns] = x.shape as [number, number];
  const [output] = withHeapOutputs(backend, { x }, [[columns]], COLUMN_SUMS, ([sums]) => {
    const values = heapValues(backend, x) as Float32Array;
    heapValues(backend, sums!).set(columnSums(values, rows, columns));
  });
  return output!;
};
