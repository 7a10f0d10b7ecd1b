/* A process that measures all pairs on one backend. */
import { engineNames, startBackend } from '../hosts/tfjs';
import type { Effort } from '../plan';
import { takeTurns } from '../support/turns';
import { PAIRS, type Pair } from './pairs';

export interface PairsRequest {
  readonly backend: 'wasm' | 'tensorflow';
  readonly effort: Pick<Effort, 'rounds' | 'turnMs' | 'warmUpMs'>;
}

/** Milliseconds of each call. */
export interface PairTimes {
  readonly what: string;
  readonly goal: Pair['goal'];
  readonly ours: number[];
  readonly float: number[];
}

export type PairsReply = { engine: string; pairs: PairTimes[] } | { error: string };

async function measurePairs({ backend, effort }: PairsRequest): Promise<PairsReply> {
  await startBackend(backend);
  return { engine: engineNames(), pairs: PAIRS.map((pair) => measurePair(pair, effort)) };
}

function measurePair(
  { what, goal, prepare }: Pair,
  { rounds, turnMs, warmUpMs }: PairsRequest['effort'],
): PairTimes {
  const { ours, float, owned } = prepare();
  takeTurns([ours, float], 2 * warmUpMs);
  const [oursTimes, floatTimes] = takeTurns([ours, float], 2 * rounds * turnMs);
  for (const thing of owned) thing.dispose();
  return { what, goal, ours: oursTimes, float: floatTimes };
}

void measurePairs(JSON.parse(process.argv[2]) as PairsRequest)
  .catch((error: Error): PairsReply => ({ error: error.stack ?? String(error) }))
  .then((reply) => process.send?.(reply, () => process.disconnect()));
