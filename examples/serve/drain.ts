import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelServer } from './http/server';

/** Time for clients with open connections to come by once more, and be told that they end. */
const LAST_CALL_MS = 500;

/**
 * On SIGTERM or SIGINT: answers all requests that have come in, then ends with 0.
 *
 * A connection that is closed between two requests may lose the next one, which its client has sent
 * already. So connections are first ended with their answers, and only then the server stops to listen.
 */
export function drainOnSignal({ http, startDraining }: ModelServer, timeoutMs: number): void {
  let draining = false;
  const drain = async () => {
    if (draining) return;
    draining = true;
    startDraining();
    await sleep(LAST_CALL_MS);
    // Somebody who never finishes his request is not waited for.
    setTimeout(() => http.server.closeAllConnections(), timeoutMs).unref();
    await http.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void drain());
  process.on('SIGINT', () => void drain());
}
