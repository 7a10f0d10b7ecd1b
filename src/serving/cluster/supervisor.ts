import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { argumentError } from '../../errors';
import type { ResolvedOptions } from '../options';
import { execArgvOfFiles, programFile } from '../program_file';
import type { Running } from '../running';
import { endWhenSilent } from './heartbeat';
import type { Failed, Logged, Ready } from './messages';
import { SharedMetrics } from './shared_metrics';
import { closeUnconfirmedOnExit } from './unconfirmed';

/** Wait before the next attempt to start a worker that has just failed to start. */
const RETRY_MS = 1000;

/**
 * Serves in several processes that share one port, and replaces those that die or no longer answer; resolves when all
 * listen.
 * @throws if one of them does not start; then none is left.
 */
export async function serveByWorkers(options: ResolvedOptions): Promise<Running> {
  const release = claimPort(options);
  try {
    const supervisor = new Supervisor(options);
    const { address, models } = await supervisor.start(options.workers);
    return { address, models, stop: () => supervisor.stop().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** What servers of this program listen on by workers. */
const ports = new Set<string>();

/**
 * Node gives all workers of a program that listen on one port the same connections, also on port 0.
 * @throws if another server has the port.
 */
function claimPort({ host, port }: ResolvedOptions): () => void {
  const claim = `${host}:${port}`;
  if (ports.has(claim)) {
    const expected = 'another than that of a server of this program which has workers, too';
    throw argumentError('createServer', 'port', expected, port);
  }
  ports.add(claim);
  return () => void ports.delete(claim);
}

class Supervisor {
  private readonly workers = new Set<Worker>();
  private readonly metrics = new SharedMetrics(this.workers);
  private stopping = false;

  constructor(private readonly options: ResolvedOptions) {}

  /** What the first worker tells. */
  async start(count: number): Promise<Ready> {
    const workers = Array.from({ length: count }, () => this.fork());
    try {
      const [first] = await Promise.all(workers.map(ready));
      for (const worker of workers) this.watch(worker);
      return first!;
    } catch (error) {
      await Promise.all([...this.workers].map(killed));
      this.metrics.end();
      throw error;
    }
  }

  /** One worker continues until the others have ended: it takes the connections that were on their way to them. */
  async stop(): Promise<void> {
    this.stopping = true;
    while (this.workers.size > 0) {
      const [last, ...others] = this.workers;
      await Promise.all((others.length > 0 ? others : [last!]).map(endOf));
    }
    this.metrics.end();
  }

  private fork(): Worker {
    // Of the whole process, and other parts of the program may have set it since.
    cluster.setupPrimary({
      exec: programFile('worker'),
      execArgv: execArgvOfFiles(),
      args: [JSON.stringify(this.options)],
    });
    const worker = cluster.fork();
    closeUnconfirmedOnExit(worker);
    worker.on('message', (message: Logged) => {
      if (message.kind === 'logged') this.options.log(message.message);
    });
    this.workers.add(worker);
    this.metrics.add(worker);
    worker.once('exit', () => this.workers.delete(worker));
    return worker;
  }

  private watch(worker: Worker): void {
    endWhenSilent(worker, this.options.log);
    worker.once('exit', () => void this.replace(worker));
  }

  private async replace(dead: Worker): Promise<void> {
    const { pid, exitCode, signalCode } = dead.process;
    if (this.stopping) return;
    this.options.log(`Worker ${pid} ended (${signalCode ?? exitCode}); starting another.`);
    const worker = this.fork();
    try {
      await ready(worker);
      this.watch(worker);
    } catch (error) {
      this.options.log((error as Error).message);
      await sleep(RETRY_MS);
      await this.replace(worker);
    }
  }
}

function ready(worker: Worker): Promise<Ready> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: Ready | Failed) => {
      if (message.kind === 'ready') resolve(message);
      if (message.kind === 'failed') reject(new Error(message.reason));
    });
    worker.once('exit', () => reject(new Error('A worker ended while it started.')));
  });
}

/** Ends a worker that has accepted nothing yet. */
function killed(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.process.kill();
  });
}

/** Lets a worker answer what it has accepted, and waits for its end. */
function endOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.process.kill('SIGTERM');
  });
}
