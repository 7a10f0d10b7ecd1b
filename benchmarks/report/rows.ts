import { median } from '../../examples/support/median';
import { macsOf, OURS, PEERS, taskName, type Effort, isTooSlow, WIDTHS } from '../plan';
import type { Measurement } from '../run';
import { quantile } from '../support/statistics';

/** This package against one peer. */
export interface Row {
  readonly subject: string;
  readonly task: 'product' | 'predict';
  readonly backend: string;
  readonly engine: string;
  /** Major version. */
  readonly node: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly medianMs: number;
  /** First and third quartile. */
  readonly quartilesMs: readonly [number, number];
  readonly calls: number;
  readonly gmacPerSecond: number;
  readonly peer: string;
  /** null: not measured, for it takes seconds a call and --quick was given. */
  readonly peerMedianMs: number | null;
  readonly peerQuartilesMs: readonly [number, number] | null;
  readonly peerGmacPerSecond: number | null;
  /** The peer's time by ours. */
  readonly ratio: number | null;
}

/** The rows of one task: each backend of this package against its peers on the same Node. */
export function rowsOf(measurements: readonly Measurement[], effort: Effort): Row[] {
  return measurements
    .filter(({ subject }) => subject === OURS)
    .flatMap((ours) => {
      const peers = (PEERS[ours.host] ?? []).filter(
        ([host]) => ours.task.kind === 'product' || host === ours.host,
      );
      return peers.map(([host, subject]) => {
        const isPeer = (m: Measurement) =>
          m.node === ours.node && m.host === host && m.subject === subject;
        const peer = measurements.find(isPeer);
        if (peer == null && !isTooSlow(host, subject, ours.task, effort)) {
          throw new Error(`${subject} was not measured at ${taskName(ours.task)}.`);
        }
        return row(ours, subject, peer);
      });
    });
}

function row(ours: Measurement, peerName: string, peer: Measurement | undefined): Row {
  const { task, host, engine, node } = ours;
  const macs = macsOf(task);
  const medianMs = median(ours.times);
  const peerMedianMs = peer == null ? null : median(peer.times);
  const speed = (ms: number) => round(macs / ms / 1e6);
  return {
    subject: OURS,
    task: task.kind,
    backend: host,
    engine,
    node,
    ...sizes(task),
    medianMs: round(medianMs),
    quartilesMs: quartiles(ours),
    calls: ours.times.length,
    gmacPerSecond: speed(medianMs),
    peer: peerName,
    peerMedianMs: peerMedianMs && round(peerMedianMs),
    peerQuartilesMs: peer == null ? null : quartiles(peer),
    peerGmacPerSecond: peerMedianMs && speed(peerMedianMs),
    ratio: peerMedianMs && round(peerMedianMs / medianMs),
  };
}

/** A net counts as [batch, its inputs, its outputs]. */
function sizes(task: Measurement['task']) {
  if (task.kind === 'product') return task.shape;
  return { m: task.batch, k: WIDTHS[0], n: WIDTHS[WIDTHS.length - 1] };
}

function quartiles({ times }: Measurement): [number, number] {
  return [round(quantile(times, 0.25)), round(quantile(times, 0.75))];
}

/** Four digits. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
