/*
 * Serves a saved model over HTTP, by TensorFlow Serving's REST API.
 *
 *   npm start                                          trains and saves a model first
 *   npm run serve -- --model models/mnist/deployed     then open http://127.0.0.1:8501/
 *   npm run serve -- --help
 */
import cluster from 'node:cluster';
import { lookup } from 'node:dns/promises';
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { summary } from 'tfjs-bitcore';
import { useFastestBackend } from '../support/backend';
import { superviseWorkers } from './cluster/supervisor';
import { metricsOfAllWorkers } from './cluster/shared_metrics';
import { drainOn } from './drain';
import { createServer } from './http/server';
import { ServedModel } from './model/served_model';
import { parseOptions, type ServeOptions } from './options';

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.workers > 1 && cluster.isPrimary) {
    await superviseWorkers(options.workers);
    console.log(`${options.workers} workers are ready.`);
  } else {
    await serve(options);
  }
}

async function serve(options: ServeOptions): Promise<void> {
  const backend = await useFastestBackend(options.backend);
  shareProcessors(options.workers);
  const model = await ServedModel.load(options.model);
  await model.warmUp(Math.min(options.maxBatch, options.maxQueue));
  const server = createServer(model, options, cluster.isWorker ? metricsOfAllWorkers : undefined);
  // A worker drains when its supervisor says so; a Ctrl-C reaches both.
  if (cluster.isWorker) process.on('SIGINT', () => {});
  drainOn(cluster.isWorker ? ['SIGTERM'] : ['SIGTERM', 'SIGINT'], server, options.timeoutMs);
  // Workers are alike: the first one speaks for all.
  const speaks = cluster.isPrimary || cluster.worker?.id === 1;
  if (speaks) summary(model.layers);
  // One address: for "localhost" Fastify would open a second server, which the drain does not know.
  const { address } = await lookup(options.host);
  const url = await server.http.listen({ host: address, port: options.port });
  if (!speaks) return;
  console.log(`\nServing ${options.model} on ${backend}:`);
  console.log(`  ${url}/                              a page to try it`);
  console.log(`  ${url}/v1/models/${options.name}:predict`);
  console.log(`  ${url}/metrics`);
}

/** Each worker's kernels would use every processor otherwise. */
function shareProcessors(workers: number): void {
  if (workers === 1) return;
  tf.env().set('BITCORE_THREADS', Math.max(1, Math.floor(availableParallelism() / workers)));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
