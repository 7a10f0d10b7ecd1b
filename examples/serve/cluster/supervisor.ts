import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWhenSilent } from './heartbeat';
import { answerWorkersAskingForMetrics } from './shared_metrics';
import { closeUnconfirmedOnExit } from './unconfirmed';

/** Wait before the next attempt to start a worker that has just failed to start. */
const RETRY_MS = 1000;

/**
 * Starts workers that share one port, and replaces those that die or no longer answer; resolves when they listen.
 * On SIGTERM or SIGINT the workers answer what they have accepted, and the process ends with 0.
 * @throws if one of them does not start.
 */
export async function superviseWorkers(count: number): Promise<void> {
  answerWorkersAskingForMetrics();
  cluster.on('fork', closeUnconfirmedOnExit);
  const workers = Array.from({ length: count }, () => cluster.fork());
  try {
    await Promise.all(workers.map(listening));
  } catch (error) {
    for (const worker of workers) worker.process.kill();
    throw error;
  }
  stopWorkersOnSignal();
  for (const worker of workers) watch(worker);
}

function listening(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('listening', () => resolve());
    worker.once('exit', () =>
      reject(new Error('A worker did not start; its reason stands above.')),
    );
  });
}

function watch(worker: Worker): void {
  endWhenSilent(worker);
  worker.once('exit', () => void replace(worker));
}

let stopping = false;

async function replace(dead: Worker): Promise<void> {
  const { pid, exitCode, signalCode } = dead.process;
  if (stopping) return;
  console.error(`Worker ${pid} ended (${signalCode ?? exitCode}); starting another.`);
  const worker = cluster.fork();
  try {
    await listening(worker);
    watch(worker);
  } catch {
    await sleep(RETRY_MS);
    await replace(worker);
  }
}

function stopWorkersOnSignal(): void {
  const stop = () => {
    stopping = true;
    // The later one of its two events removes a worker from the list.
    cluster.on('exit', stopWorkers);
    cluster.on('disconnect', stopWorkers);
    stopWorkers();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** One worker continues until the others have ended: it takes the connections that were on their way to them. */
function stopWorkers(): void {
  const [last, ...others] = Object.values(cluster.workers ?? {});
  if (last == null) process.exit(0);
  for (const worker of others.length > 0 ? others : [last]) worker?.process.kill('SIGTERM');
}
