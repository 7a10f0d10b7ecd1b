import { addN, slice, tidy, type KernelFunc, type Tensor } from '@tensorflow/tfjs-core';
import { ADDENDS, addRows, columnSums } from '../engine/column_sums';
import { makeNodeTensor, type NodeBackend } from '../tfjs/node_tensors';

/** From this size on, TensorFlow adds blocks faster than their values reach JavaScript. */
const LARGE = 2 ** 17;

/** The tfjs kernel of tfjs-node: `columnSums`, whose first additions TensorFlow makes in the same order. */
export const tensorflowColumnSums: KernelFunc = ({ inputs, backend }) => {
  const x = inputs.x as Tensor;
  let sums: Float32Array = new Float32Array(0);
  // Returned from it, the array would be searched for tensors, number by number.
  tidy(() => {
    sums = columnSumsOf(x);
  });
  return makeNodeTensor(backend as NodeBackend, [x.shape[1]!], sums);
};

function columnSumsOf(x: Tensor): Float32Array {
  const [rows, columns] = x.shape as [number, number];
  const blockRows = Math.floor(rows / ADDENDS);
  if (blockRows === 0 || x.size < LARGE) {
    return columnSums(x.dataSync() as Float32Array, rows, columns);
  }
  const blocks = Array.from({ length: ADDENDS }, (_, i) => slice(x, i * blockRows, blockRows));
  const sums = columnSumsOf(addN(blocks));
  addRows(sums, slice(x, ADDENDS * blockRows).dataSync() as Float32Array);
  return sums;
}
