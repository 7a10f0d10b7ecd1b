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

/** Milliseconds of each call; `product` is empty for nets. */
export interface Times {
  readonly ours: number[];
  readonly float: number[];
  readonly product: number[];
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
  const { engine, threads } = engineInfo();
  return { engine, threads, times };
}

function measure(
  { ours, float, product, owned }: Subjects,
  { rounds, turnMs, warmUpMs }: Request['effort'],
): Times {
  const subjects = product == null ? [ours, float] : [ours, float, product];
  takeTurns(subjects, subjects.length * warmUpMs);
  const [oursTimes, floatTimes, productTimes = []] = takeTurns(
    subjects,
    subjects.length * rounds * turnMs,
  );
  for (const thing of owned) thing.dispose();
  return { ours: oursTimes, float: floatTimes, product: productTimes };
}

void answer(JSON.parse(process.argv[2]) as Request)
  .catch((error: Error): Reply => ({ error: error.stack ?? String(error) }))
  .then((reply) => process.send?.(reply, () => process.disconnect()));
