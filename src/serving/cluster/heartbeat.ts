import type { Worker } from 'node:cluster';
import { tellWorker } from './tell';

/*
 * A worker that is stopped, or whose main thread hangs, keeps its connections and answers nothing. So the
 * supervisor asks each worker from time to time, and ends one that has not answered several times.
 */

const INTERVAL_MS = 1000;

/** A busy machine may delay some answers. */
const MISSES = 5;

const QUESTION = { areYouThere: true };
const ANSWER = { iAmThere: true };

/** For the supervisor: ends the worker when it no longer answers, so that it is replaced. */
export function endWhenSilent(worker: Worker, log: (message: string) => void): void {
  let missed = 0;
  worker.on('message', (message: Partial<typeof ANSWER>) => {
    if (message.iAmThere) missed = 0;
  });
  const timer = setInterval(() => {
    if (missed === MISSES) {
      log(`Worker ${worker.process.pid} does not answer; ending it.`);
      // A stopped process does not take any other signal.
      worker.process.kill('SIGKILL');
    }
    missed++;
    tellWorker(worker, QUESTION);
  }, INTERVAL_MS);
  worker.once('exit', () => clearInterval(timer));
}

/** For a worker. */
export function answerHeartbeats(): void {
  process.on('message', (message: Partial<typeof QUESTION>) => {
    if (message.areYouThere) process.send?.(ANSWER);
  });
}
