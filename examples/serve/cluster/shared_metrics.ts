import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { AggregatorRegistry } from 'prom-client';
import type { Metrics } from '../http/metrics';

/*
 * A request for metrics reaches one of the workers, and its answer must cover all of them. So that
 * worker asks the supervisor, which asks each worker and adds up the figures.
 */

type Question = { readonly askedForMetrics: true };
type Answer = { readonly metricsOfAll: string };

export function answerWorkersAskingForMetrics(): void {
  const registry = new AggregatorRegistry();
  const answer = async (worker: Worker) => {
    // A worker may die before it answers; Prometheus ignores comments.
    const failed = ({ message }: Error) => `# ${message}\n`;
    const metricsOfAll = await registry.clusterMetrics().catch(failed);
    if (worker.isConnected()) worker.send({ metricsOfAll } satisfies Answer);
  };
  cluster.on('message', (worker, message: Partial<Question>) => {
    if (message.askedForMetrics) void answer(worker);
  });
}

/** For a worker: the metrics of all workers. */
export function metricsOfAllWorkers({ registry }: Metrics): () => Promise<string> {
  AggregatorRegistry.setRegistries([registry]);
  new AggregatorRegistry(); // lets the supervisor ask this worker
  return async () => {
    process.send?.({ askedForMetrics: true } satisfies Question);
    for (;;) {
      const [message] = (await once(process, 'message')) as [Partial<Answer>];
      if (message.metricsOfAll != null) return message.metricsOfAll;
    }
  };
}
