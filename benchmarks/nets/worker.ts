/* A process that holds one net; the coordinator tells it when to compute. */
import * as tf from '@tensorflow/tfjs';
import { engineInfo } from 'tfjs-bitcore';
import { reading, startBackend } from '../hosts/tfjs';
import { PartTimer, type PartTimes } from './parts';
import { image, NETS, type NetName } from './vit';

export interface NetRequest {
  readonly backend: 'wasm' | 'tensorflow';
  readonly net: NetName;
  /** Undefined: as many as this package takes by itself. */
  readonly threads: number | undefined;
}

export interface NetStarted {
  readonly engine: string;
  readonly threads: number;
}

export type NetReply = { result: NetStarted | PartTimes } | { error: string };

/** Computes once, so that nothing is left to start, and then again at each message. */
async function start({ backend, net, threads }: NetRequest): Promise<NetStarted> {
  await startBackend(backend);
  if (threads != null) tf.env().set('BITCORE_THREADS', threads);
  const model = NETS[net]();
  const x = image();
  const predict = reading(() => model.predict(x) as tf.Tensor);
  const timer = new PartTimer(model);
  predict();
  process.on('message', () => answer(() => timer.time(predict)));
  const info = engineInfo();
  return { engine: info.engineOfRows, threads: info.threads };
}

function answer(compute: () => PartTimes): void {
  try {
    send({ result: compute() });
  } catch (error) {
    send({ error: (error as Error).stack ?? String(error) });
  }
}

function send(reply: NetReply): void {
  process.send?.(reply);
}

// The coordinator has gone.
process.on('disconnect', () => process.exit());

start(JSON.parse(process.argv[2]) as NetRequest).then(
  (result) => send({ result }),
  (error: Error) => send({ error: error.stack ?? String(error) }),
);
