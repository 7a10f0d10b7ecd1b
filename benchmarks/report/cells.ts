import type { MemoryRow } from '../memory';
import { netGoal } from '../nets/goals';
import type { NetRow } from '../nets/measure';
import { PARTS } from '../nets/parts';
import type { PairRow } from '../pairs/measure';
import { milliseconds, type Cells } from '../support/tables';
import { goalsOf } from './floors';
import type { Row } from './rows';

export function productCells(rows: readonly Row[]): Cells[] {
  return rows
    .filter(({ task }) => task === 'product')
    .map((row) => ({ 'm,k,n': `${row.m},${row.k},${row.n}`, ...commonCells(row) }));
}

export function predictCells(rows: readonly Row[]): Cells[] {
  return rows
    .filter(({ task }) => task === 'predict')
    .map((row) => ({ batch: String(row.m), ...commonCells(row) }));
}

function commonCells(row: Row): Cells {
  return {
    Node: String(row.node),
    backend: row.backend,
    engine: row.engine,
    ms: milliseconds(row.medianMs, row.quartilesMs),
    'GMAC/s': row.gmacPerSecond.toFixed(1),
    against: row.peer,
    'its ms': milliseconds(row.peerMedianMs, row.peerQuartilesMs),
    'times faster': row.ratio == null ? '' : row.ratio.toFixed(2),
  };
}

export function pairCells(rows: readonly PairRow[]): Cells[] {
  return rows.map((row) => ({
    what: row.what,
    Node: String(row.node),
    backend: row.backend,
    engine: row.engine,
    ms: milliseconds(row.medianMs, row.quartilesMs),
    'its ms': milliseconds(row.floatMedianMs, row.floatQuartilesMs),
    'times faster': row.ratio.toFixed(2),
    goal: row.goal == null ? '' : `${row.goal.toFixed(1)}: ${row.ratio >= row.goal ? 'yes' : 'no'}`,
  }));
}

const NET_TITLES: Readonly<Record<NetRow['net'], string>> = {
  stock: 'float, TensorFlow.js alone',
  float: 'float, with our layers',
  deployed: 'ternary, deployed',
  tetra: 'TeTRA-Base, deployed',
};

export function netCells(rows: readonly NetRow[]): Cells[] {
  return rows.map((row) => {
    const goal = netGoal(row);
    return {
      ...netPlace(row),
      ms: milliseconds(row.medianMs, row.quartilesMs),
      'times faster': row.ratio.toFixed(2),
      goal: goal == null ? '' : `${goal.text}: ${goal.reached ? 'yes' : 'no'}`,
    };
  });
}

export function partCells(rows: readonly NetRow[]): Cells[] {
  return rows.map((row) => {
    const parts = PARTS.map((part) => [part, row.partsMs[part].toFixed(0)]);
    return { ...netPlace(row), ...(Object.fromEntries(parts) as Cells) };
  });
}

function netPlace({ net, node, backend, engine, threads }: NetRow): Cells {
  return {
    net: NET_TITLES[net],
    Node: String(node),
    backend,
    engine,
    threads: threads === 0 ? '' : String(threads),
  };
}

export function memoryCells(rows: readonly MemoryRow[]): Cells[] {
  return rows.map(({ backend, engine, k, n, bitsPerWeight, countedBitsPerWeight }) => ({
    kernel: `${k} x ${n}`,
    backend,
    engine,
    'bits per weight, resident': bitsPerWeight.toFixed(2),
    'bits per weight, in tensors': countedBitsPerWeight.toFixed(2),
  }));
}

export function goalCells(rows: readonly Row[]): Cells[] {
  return goalsOf(rows).map(({ row, floor, reached }) => ({
    'm,k,n': `${row.m},${row.k},${row.n}`,
    Node: String(row.node),
    backend: row.backend,
    engine: row.engine,
    'GMAC/s': row.gmacPerSecond.toFixed(1),
    against: row.peer,
    'times faster': (row.ratio ?? 0).toFixed(2),
    goal: floor.toFixed(1),
    reached: reached ? 'yes' : 'no',
  }));
}
