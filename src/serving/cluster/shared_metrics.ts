import type { Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import type { Metrics } from '../http/metrics';
import { tellWorker } from './tell';

/*
 * A request for metrics reaches one of the workers, and its answer must cover all of them. So that
 * worker asks the supervisor, which asks each worker and adds up the figures. (prom-client has this, too, but
 * gives nothing at all when one worker does not answer.)
 */

/** How long the supervisor waits for the figures of the workers. */
const WAIT_MS = 500;

const INTERVAL_MS = 1000;

type Figures = Awaited<ReturnType<Metrics['registry']['getMetricsAsJSON']>>;

type ToSupervisor =
  | { readonly kind: 'all metrics please' }
  | { readonly kind: 'own figures'; readonly question: number; readonly figures: Figures };

type ToWorker =
  | { readonly kind: 'own figures please'; readonly question: number }
  | { readonly kind: 'all metrics'; readonly text: string };

/** For the supervisor: answers workers that ask for the figures of all. */
export class SharedMetrics {
  private readonly known = new KnownFigures();
  private readonly askAll = oneAtATime(() => askEach([...this.workers], this.known));
  // So little is lost of what a worker has counted before it ends.
  private readonly timer = setInterval(() => void this.askAll(), INTERVAL_MS).unref();

  /** @param workers that live; they may change. */
  constructor(private readonly workers: ReadonlySet<Worker>) {}

  add(worker: Worker): void {
    worker.on('message', (message: ToSupervisor) => {
      if (message.kind === 'all metrics please') void this.answer(worker);
    });
    worker.once('exit', () => this.known.end(worker));
  }

  end(): void {
    clearInterval(this.timer);
  }

  private async answer(worker: Worker): Promise<void> {
    await this.askAll();
    tellWorker(worker, { kind: 'all metrics', text: await this.known.text() } satisfies ToWorker);
  }
}

/** Calls that come while `run` runs share the next run: what they get is never older than they are. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = () => (running = run().finally(() => (running = undefined)));
  return () => {
    if (running == null) return start();
    next ??= running.then(() => {
      next = undefined;
      return start();
    });
    return next;
  };
}

/** The last figures of each worker: one that does not answer is not forgotten. */
class KnownFigures {
  private readonly living = new Map<number, Figures>();
  /** What workers that have ended had counted: sums never go down. */
  private ended: Promise<Figures> = Promise.resolve([]);

  end({ id }: Worker): void {
    const last = this.living.get(id);
    this.living.delete(id);
    if (last != null) this.ended = this.ended.then((before) => sumsOf([before, last]));
  }

  set({ id }: Worker, figures: Figures): void {
    this.living.set(id, figures);
  }

  async text(): Promise<string> {
    // Taken at one time: between the two, a worker may end.
    const [ended, living] = [this.ended, [...this.living.values()]];
    return AggregatorRegistry.aggregate([await ended, ...living]).metrics();
  }
}

async function sumsOf(figures: Figures[]): Promise<Figures> {
  const all = await AggregatorRegistry.aggregate(figures).getMetricsAsJSON();
  return all.filter(({ type }) => SUMS.includes(String(type)));
}

const SUMS = ['counter', 'histogram'];

let questions = 0;

/** Resolves when each worker has answered, has ended or has been waited for long enough. */
async function askEach(workers: readonly Worker[], known: KnownFigures): Promise<void> {
  const question = ++questions;
  const connected = workers.filter((worker) => worker.isConnected());
  await Promise.all(connected.map((worker) => ask(worker, question, known)));
}

function ask(worker: Worker, question: number, known: KnownFigures): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      worker.off('message', listen);
      worker.off('exit', end);
      clearTimeout(timer);
      resolve();
    };
    const listen = (message: ToSupervisor) => {
      if (message.kind !== 'own figures' || message.question !== question) return;
      known.set(worker, message.figures);
      end();
    };
    const timer = setTimeout(end, WAIT_MS);
    worker.on('message', listen);
    worker.once('exit', end);
    tellWorker(worker, { kind: 'own figures please', question } satisfies ToWorker);
  });
}

/** For a worker: tells its own figures. */
export function answerMetrics({ registry }: Metrics): void {
  process.on('message', (message: ToWorker) => {
    if (message.kind !== 'own figures please') return;
    const { question } = message;
    void registry
      .getMetricsAsJSON()
      .then((figures) => tell({ kind: 'own figures', question, figures }));
  });
}

/** For a worker: the metrics of all workers. */
export function metricsOfAllWorkers(): Promise<string> {
  return new Promise((resolve) => {
    // Other messages may come in the same turn, so the listener stays until it has its own.
    const listen = (message: ToWorker) => {
      if (message.kind !== 'all metrics') return;
      process.off('message', listen);
      resolve(message.text);
    };
    process.on('message', listen);
    tell({ kind: 'all metrics please' });
  });
}

function tell(message: ToSupervisor): void {
  process.send?.(message);
}
