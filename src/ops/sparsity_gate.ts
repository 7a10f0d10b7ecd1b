import {
  abs,
  add,
  all,
  cast,
  clone,
  cumsum,
  customGrad,
  engine,
  equal,
  getBackend,
  getKernel,
  greater,
  isFinite as isFiniteTensor,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  pad,
  reshape,
  slice,
  split,
  sub,
  sum,
  tile,
  topk,
  where,
  zerosLike,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { groupsOf, type GateRows } from '../engine/gate/gate_rows';

/** The tfjs kernel: x gives y of the same shape. Its attributes are `GateRows`. */
export const SPARSITY_GATE = 'SparsityGate';

/** What competes with what: see `sparsityGate`. */
export type GateScope = 'tensor' | 'token' | 'block4';

/**
 * Keeps the floor((1 - sparsity) * n) largest of n entries, or blocks of entries, and makes the others 0. The gradient is
 * dy everywhere.
 * @param x float32 of rank 1 or more.
 */
export function gate(x: Tensor, sparsity: number, scope: GateScope): Tensor {
  const width = scope === 'tensor' ? x.size : x.shape[x.rank - 1]!;
  const groupSize = scope === 'block4' ? 4 : 1;
  const groups = groupsOf({ width, groupSize });
  const keep = Math.floor((1 - sparsity) * groups);
  if (x.size === 0 || keep === groups) return clone(x);
  const rows: GateRows = { width, groupSize, keep };
  return straightThrough(x, () => {
    if (getKernel(SPARSITY_GATE, getBackend()) == null) return composed(x, rows);
    return engine().runKernel(SPARSITY_GATE, { x }, { ...rows });
  });
}

function straightThrough(x: Tensor, forward: () => Tensor): Tensor {
  return customGrad((_x) => ({ value: forward(), gradFunc: (dy: Tensor) => clone(dy) }))(x);
}

/** Of ops of tfjs, on GPUs, and on backends that this package does not know. */
function composed(x: Tensor, rows: GateRows): Tensor {
  const each = reshape(x, [-1, rows.width]);
  const sizes = groupSizes(abs(each), rows);
  const isWhole = logicalNot(all(isFiniteTensor(sizes), 1, true));
  const isKept = logicalOr(isLargest(sizes, rows.keep), isWhole);
  return reshape(where(ofEntries(isKept, rows), each, zerosLike(each)), x.shape);
}

function groupSizes(magnitudes: Tensor, rows: GateRows): Tensor {
  if (rows.groupSize === 1) return magnitudes;
  const groups = groupsOf(rows);
  const padded = pad(magnitudes, [[0, 0], [0, 4 * groups - rows.width]]); // prettier-ignore
  const [a, b, c, d] = split(reshape(padded, [-1, groups, 4]), 4, 2) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  return reshape(add(add(a, b), add(c, d)), [-1, groups]);
}

/** Whether each group is one of the `keep` largest of its row, of equal ones the first. */
function isLargest(sizes: Tensor, keep: number): Tensor {
  if (keep === 0) return cast(zerosLike(sizes), 'bool');
  const smallest = slice(topk(sizes, keep).values, [0, keep - 1], [-1, 1]);
  const isAbove = greater(sizes, smallest);
  const isEqual = equal(sizes, smallest);
  const wanted = sub(keep, sum(isAbove, 1, true));
  const isEarly = lessEqual(cumsum(cast(isEqual, 'float32'), 1), wanted);
  return logicalOr(isAbove, logicalAnd(isEqual, isEarly));
}

function ofEntries(ofGroups: Tensor, { width, groupSize }: GateRows): Tensor {
  const groups = ofGroups.shape[1]!;
  const each = tile(reshape(ofGroups, [-1, groups, 1]), [1, 1, groupSize]);
  return slice(reshape(each, [-1, groups * groupSize]), [0, 0], [-1, width]);
}
