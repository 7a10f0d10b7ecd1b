/* A process that measures all pairs on one backend. */
import { engineInfo } from 'tfjs-bitcore';
import { startBackend } from '../hosts/tfjs';
import type { Effort } from '../plan';
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
  return { engine: engineInfo().engine, pairs: PAIRS.map((pair) => measurePair(pair, effort)) };
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

/** Fewer turns would not make a median. */
const LEAST_TURNS = 3;

/** Calls the functions one after the other, again and again: each finds the caches as the other left them. */
function takeTurns(functions: ReadonlyArray<() => void>, ms: number): number[][] {
  const times = functions.map(() => [] as number[]);
  const end = performance.now() + ms;
  do {
    for (const [i, run] of functions.entries()) {
      const start = performance.now();
      run();
      times[i].push(performance.now() - start);
    }
  } while (performance.now() < end || times[0].length < LEAST_TURNS);
  return times;
}

void measurePairs(JSON.parse(process.argv[2]) as PairsRequest)
  .catch((error: Error): PairsReply => ({ error: error.stack ?? String(error) }))
  .then((reply) => process.send?.(reply, () => process.disconnect()));
