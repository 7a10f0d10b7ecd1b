/* A process that measures convolutions, or whole nets of them, on one backend. */
import * as tf from '@tensorflow/tfjs';
import { engineInfo } from 'tfjs-bitcore';
import { startBackend } from '../hosts/tfjs';
import type { Effort } from '../plan';
import { takeTurns } from '../support/turns';
import { net, type NetName } from './nets';
import { convolution, SHAPES, type Subjects } from './shapes';

export interface Request {
  readonly backend: 'cpu' | 'wasm' | 'tensorflow';
  /** The nets to measure; without them, the single convolutions. */
  readonly nets?: readonly NetName[];
  readonly effort: Pick<Effort, 'rounds' | 'turnMs' | 'warmUpMs'>;
}

/** Milliseconds of each call. */
export interface Times {
  readonly ours: number[];
  readonly float: number[];
  /** Of the like product, or of the net with folded normalizations. */
  readonly alike: number[];
}

export type Reply =
  | { readonly engine: string; readonly threads: number; readonly times: Times[] }
  | { readonly error: string };

async function answer({ backend, nets, effort }: Request): Promise<Reply> {
  await startBackend(backend);
  // The peer on wasm has one thread.
  if (backend === 'wasm') tf.env().set('BITCORE_THREADS', 1);
  const times =
    nets == null
      ? SHAPES.map((shape) => measure(convolution(shape), effort))
      : nets.map((name) => measure(net(name), effort));
  const { engineOfRows: engine, threads } = engineInfo();
  return { engine, threads, times };
}

function measure(
  { ours, float, alike, owned }: Subjects,
  { rounds, turnMs, warmUpMs }: Request['effort'],
): Times {
  const subjects = [ours, float, alike];
  takeTurns(subjects, subjects.length * warmUpMs);
  const [oursTimes, floatTimes, alikeTimes] = takeTurns(
    subjects,
    subjects.length * rounds * turnMs,
  );
  for (const thing of owned) thing.dispose();
  return { ours: oursTimes, float: floatTimes, alike: alikeTimes };
}

void answer(JSON.parse(process.argv[2]) as Request)
  .catch((error: Error): Reply => ({ error: error.stack ?? String(error) }))
  .then((reply) => process.send?.(reply, () => process.disconnect()));
