/*
 * The program of a worker: a server in a process of its own, which shares its port with others. It is a file of its own
 * in dist/.
 */
import { Metrics } from '../http/metrics';
import type { ResolvedOptions } from '../options';
import { serveHere } from '../serve_here';
import { answerHeartbeats } from './heartbeat';
import type { Failed, Logged, Ready } from './messages';
import { answerMetrics, metricsOfAllWorkers } from './shared_metrics';

async function main(options: ResolvedOptions): Promise<void> {
  const metrics = new Metrics();
  answerHeartbeats();
  answerMetrics(metrics);
  // It drains when its supervisor says so: Ctrl-C reaches both processes.
  process.on('SIGINT', () => {});
  const { address, models, stop } = await serveHere(options, metrics, metricsOfAllWorkers);
  process.on('SIGTERM', () => void stop().then(() => process.exit(0)));
  process.send!({ kind: 'ready', address, models } satisfies Ready);
}

const log = (message: string) => void process.send?.({ kind: 'logged', message } satisfies Logged);
const options = JSON.parse(process.argv[2]!) as Omit<ResolvedOptions, 'log'>;

main({ ...options, log }).catch(({ message }: Error) => {
  process.send!({ kind: 'failed', reason: message } satisfies Failed, () => process.exit(1));
});
