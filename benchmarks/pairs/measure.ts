import { median } from '../../examples/support/median';
import type { Effort } from '../plan';
import { compile, nextMessage, nodeProgram, startProcess } from '../support/processes';
import { quantile } from '../support/statistics';
import type { PairsReply, PairsRequest, PairTimes } from './worker';

/** This package against its float original, in turns in one process. */
export interface PairRow {
  readonly what: string;
  readonly node: number;
  readonly backend: string;
  readonly engine: string;
  readonly medianMs: number;
  /** First and third quartile. */
  readonly quartilesMs: readonly [number, number];
  readonly floatMedianMs: number;
  readonly floatQuartilesMs: readonly [number, number];
  /** The float original's time by ours. */
  readonly ratio: number;
  /** The least ratio that was set as a goal; null on backends for which none was set. */
  readonly goal: number | null;
}

const BACKENDS = ['wasm', 'tensorflow'] as const;

/** A process for each backend and version of Node, one at a time. */
export async function measurePairs(nodes: readonly number[], effort: Effort): Promise<PairRow[]> {
  const file = compile('pairs/worker');
  const rows: PairRow[] = [];
  for (const node of nodes) {
    for (const backend of BACKENDS) {
      const request: PairsRequest = { backend, effort };
      const child = startProcess(nodeProgram(node), file, [JSON.stringify(request)]);
      const name = `the pairs on ${backend} and Node ${node}`;
      const reply = await nextMessage<PairsReply>(child, name);
      if ('error' in reply) throw new Error(`${name}: ${reply.error}`);
      const { engine, pairs } = reply;
      rows.push(...pairs.map((times) => pairRow(times, { node, backend, engine })));
    }
  }
  return rows;
}

function pairRow(
  { what, goal, ours, float }: PairTimes,
  place: Pick<PairRow, 'node' | 'backend' | 'engine'>,
): PairRow {
  const ofEngine = place.engine.startsWith('relaxed') ? goal.relaxed : goal.simd128;
  return {
    what,
    ...place,
    medianMs: median(ours),
    quartilesMs: quartiles(ours),
    floatMedianMs: median(float),
    floatQuartilesMs: quartiles(float),
    ratio: median(float) / median(ours),
    goal: place.backend === 'wasm' ? ofEngine : null,
  };
}

function quartiles(times: readonly number[]): [number, number] {
  return [quantile(times, 0.25), quantile(times, 0.75)];
}
