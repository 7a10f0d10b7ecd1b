/*
 * Serves a saved model over HTTP, with TensorFlow Serving's REST API.
 *
 *   npm start                                          trains and saves a model first
 *   npm run serve -- --model models/mnist/deployed     then open http://127.0.0.1:8501/
 *   npm run serve -- --help
 */
import cluster from 'node:cluster';
import { lookup } from 'node:dns/promises';
import { answerHeartbeats } from './cluster/heartbeat';
import { answerMetrics, metricsOfAllWorkers } from './cluster/shared_metrics';
import { superviseWorkers } from './cluster/supervisor';
import { drainOn } from './drain';
import { Metrics } from './http/metrics';
import { createServer } from './http/server';
import { ModelThread } from './model/thread/model_thread';
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
  const metrics = new Metrics();
  const model = await ModelThread.start(options, metrics);
  const server = createServer(
    model,
    options,
    metrics,
    cluster.isWorker ? metricsOfAllWorkers : undefined,
  );
  if (cluster.isWorker) {
    answerHeartbeats();
    answerMetrics(metrics);
    // A worker drains when its supervisor says so: Ctrl-C reaches both processes.
    process.on('SIGINT', () => {});
  }
  drainOn(cluster.isWorker ? ['SIGTERM'] : ['SIGTERM', 'SIGINT'], server, options.timeoutMs);
  // All workers are alike: only the first one prints.
  const speaks = cluster.isPrimary || cluster.worker!.id === 1;
  const { backend, table, notWarm } = model.loaded;
  if (speaks) console.log(table);
  if (speaks && notWarm != null) console.log(`The first answers will be slow: ${notWarm}.`);
  // One address: for "localhost" Fastify would open a second server, which would not be drained.
  const { address } = await lookup(options.host);
  const url = await server.http.listen({ host: address, port: options.port });
  if (!speaks) return;
  console.log(`\nServing ${options.model} on ${backend}:`);
  console.log(`  ${url}/                              a page to try it`);
  console.log(`  ${url}/v1/models/${options.name}:predict`);
  console.log(`  ${url}/metrics`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
