import type { Cells } from '../support/tables';
import type { Load } from './load';
import { CONNECTIONS, nameOf, type Subject } from './plan';

export interface Row extends Subject, Load {
  readonly node: number;
  readonly workers: number;
  readonly connections: number;
}

/** One way to send the rows. */
export interface FormRow extends Load {
  readonly node: number;
  readonly connections: number;
  readonly form: string;
}

export interface MemoryRow extends Subject {
  readonly node: number;
  /** Bytes of the saved weights. */
  readonly weightBytes: number;
  /** Bytes of the whole process, with tfjs, TensorFlow and Node, after the load. */
  readonly residentBytes: number;
}

export function speedCells(rows: readonly Row[]): Cells[] {
  return rows.map((row) => ({
    Node: String(row.node),
    connections: String(row.connections),
    workers: String(row.workers),
    model: nameOf(row),
    'requests/s': row.requestsPerSecond.toFixed(0),
    'p50 ms': row.p50Ms.toFixed(0),
    'p99 ms': row.p99Ms.toFixed(0),
    answers: String(row.answers),
    wrong: String(row.wrongAnswers),
  }));
}

/** Deployed against float32, with one worker each and with what is best for each. */
export function ratioCells(rows: readonly Row[]): Cells[] {
  const nodes = [...new Set(rows.map(({ node }) => node))];
  return nodes.flatMap((node) =>
    CONNECTIONS.map((connections) => {
      const speed = (kind: Row['kind'], workers?: number) =>
        rows
          .filter((row) => row.node === node && row.connections === connections)
          .filter((row) => row.kind === kind && row.backend === 'tensorflow')
          .filter((row) => workers == null || row.workers === workers)
          .reduce((best, row) => Math.max(best, row.requestsPerSecond), 0);
      const compare = (workers?: number) => {
        const [ours, float] = [speed('deployed', workers), speed('float32', workers)];
        return `${(ours / float).toFixed(2)} (${ours.toFixed(0)} by ${float.toFixed(0)})`;
      };
      return {
        Node: String(node),
        connections: String(connections),
        'one worker each': compare(1),
        'best of one and two workers': compare(),
      };
    }),
  );
}

/** @param base the form that the others are compared with. */
export function formCells(rows: readonly FormRow[], base: string): Cells[] {
  return rows.map((row) => {
    const { node, connections } = row;
    const baseRow = rows.find(
      (other) => other.node === node && other.connections === connections && other.form === base,
    );
    const ratio = row.requestsPerSecond / (baseRow?.requestsPerSecond ?? NaN);
    return {
      Node: String(node),
      connections: String(connections),
      form: row.form,
      'requests/s': row.requestsPerSecond.toFixed(0),
      [`by ${base}`]: ratio.toFixed(2),
      'p50 ms': row.p50Ms.toFixed(0),
      'p99 ms': row.p99Ms.toFixed(0),
      answers: String(row.answers),
      wrong: String(row.wrongAnswers),
    };
  });
}

export function memoryCells(rows: readonly MemoryRow[]): Cells[] {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return rows.map((row) => ({
    Node: String(row.node),
    model: nameOf(row),
    'saved weights, MB': megabytes(row.weightBytes),
    'process, MB': megabytes(row.residentBytes),
  }));
}
