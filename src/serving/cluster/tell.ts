import type { Worker } from 'node:cluster';

/** Sends a message to a worker. One that has just died does not get it, and that is no error of the supervisor. */
export function tellWorker(worker: Worker, message: object): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
