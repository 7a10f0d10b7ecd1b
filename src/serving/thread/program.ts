/*
 * The program of the thread in which a model computes. It also reads bodies and writes answers, so nothing that a client
 * sends keeps the main thread from its connections. It is a file of its own in dist/.
 */
import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { env } from '@tensorflow/tfjs-core';
import { summary } from 'tfjs-bitcore';
import { importFiles } from '../../cli/imports';
import { startBackend } from '../model/backend';
import type { Question } from '../model/predictor';
import { ServedModel } from '../model/served_model';
import { PredictService } from '../model/service';
import type { FromThread, ThreadOptions, ToThread } from './messages';

const encoder = new TextEncoder();

function post(message: FromThread, transfer: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, transfer);
}

async function main(options: ThreadOptions): Promise<void> {
  await importFiles(options.imports);
  const backend = await startBackend(options.backend);
  shareProcessors(options.workers);
  const model = await ServedModel.load(options.folder);
  const { batch } = model.signature;
  const maxBatch = Math.min(options.maxBatch, batch ?? Infinity);
  const notWarm = await model.warmUp(Math.min(maxBatch, options.maxQueue), options.warmupShapes);
  const service = new PredictService(
    model,
    { ...options, maxBatch },
    {
      queued: (rows) => post({ kind: 'queued', rows }),
      computed: (rows) => post({ kind: 'computed', rows }),
      held: (tensors, bytes) => post({ kind: 'held', tensors, bytes }),
    },
  );
  answerMessages(service);
  const { signature, layers, failsOnZeros } = model;
  const table = `${summary(layers)}`;
  post({ kind: 'loaded', loaded: { signature, backend, table, notWarm, failsOnZeros } });
}

function answerMessages(service: PredictService): void {
  const asked = new Map<number, AbortController>();
  const answer = async (id: number, question: Question) => {
    const controller = new AbortController();
    asked.set(id, controller);
    try {
      const { body: text, ...rest } = await service.predict(question, controller.signal);
      const bytes = typeof text === 'string' ? encoder.encode(text) : text;
      post({ kind: 'answer', id, answer: { ...rest, body: bytes } }, [bytes.buffer as ArrayBuffer]);
    } catch (error) {
      post({ kind: 'error', id, error: error as Error });
    } finally {
      asked.delete(id);
    }
  };
  parentPort!.on('message', (message: ToThread) => {
    if (message.kind === 'predict') void answer(message.id, message.question);
    else asked.get(message.id)?.abort(new Error('The client no longer waits.'));
  });
}

/** Otherwise the engine of each process would use every processor. */
function shareProcessors(workers: number): void {
  if (workers === 1) return;
  env().set('BITCORE_THREADS', Math.max(1, Math.floor(availableParallelism() / workers)));
}

void main(workerData as ThreadOptions);
