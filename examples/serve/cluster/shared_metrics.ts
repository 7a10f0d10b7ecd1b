import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import type { Metrics } from '../http/metrics';

/*
 * A request for metrics reaches one of the workers, and its answer must cover all of them. So that
 * worker asks the supervisor, which asks each worker and adds up the figures. (prom-client has this, too, but
 * gives nothing at all when one worker does not answer.)
 */

/** How long the supervisor waits for the figures of the workers. */
const WAIT_MS = 500;

type Figures = Awaited<ReturnType<Metrics['registry']['getMetricsAsJSON']>>;

type ToSupervisor =
  | { readonly kind: 'all metrics please' }
  | { readonly kind: 'own figures'; readonly question: number; readonly figures: Figures };

type ToWorker =
  | { readonly kind: 'own figures please'; readonly question: number }
  | { readonly kind: 'all metrics'; readonly text: string };

/** For the supervisor. */
export function answerWorkersAskingForMetrics(): void {
  let questions = 0;
  /** The last figures of each worker: one that does not answer is not forgotten while it lives. */
  const figures = new Map<number, Figures>();
  cluster.on('exit', ({ id }: Worker) => figures.delete(id));

  const ask = (worker: Worker, question: number) =>
    new Promise<void>((resolve) => {
      const end = () => {
        worker.off('message', listen);
        worker.off('exit', end);
        clearTimeout(timer);
        resolve();
      };
      const listen = (message: ToSupervisor) => {
        if (message.kind !== 'own figures' || message.question !== question) return;
        figures.set(worker.id, message.figures);
        end();
      };
      const timer = setTimeout(end, WAIT_MS);
      worker.on('message', listen);
      worker.once('exit', end);
      worker.send({ kind: 'own figures please', question } satisfies ToWorker);
    });

  const answer = async (asking: Worker) => {
    const question = ++questions;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected());
    await Promise.all(workers.map((worker) => ask(worker!, question)));
    const text = await AggregatorRegistry.aggregate([...figures.values()]).metrics();
    if (asking.isConnected()) asking.send({ kind: 'all metrics', text } satisfies ToWorker);
  };
  cluster.on('message', (worker, message: ToSupervisor) => {
    if (message.kind === 'all metrics please') void answer(worker);
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
