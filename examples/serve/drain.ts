import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { ModelServer } from './http/server';

/** When no connection has come for so long, none is on its way. */
const QUIET_MS = 100;

/**
 * Longest wait for that quiet; and time for clients with open connections to come by once more, and be
 * told that they end.
 */
const LAST_CALL_MS = 1000;

/**
 * On a signal: answers all requests that have come in, then ends with 0.
 *
 * A system resets connections that it has made, but the server not yet taken, when the server stops to
 * listen. And a connection that is closed between two requests loses the next one, if its client has
 * sent it already. So the server takes what is on its way, stops to listen, and then ends connections
 * with their answers. Until it listens no more answers are held back: most clients come again with an
 * answer only, and so connections cease to come.
 */
export function drainOn(
  signals: NodeJS.Signals[],
  { http, startDraining }: Pick<ModelServer, 'http' | 'startDraining'>,
  timeoutMs: number,
): void {
  let draining = false;
  const drain = async () => {
    if (draining) return;
    draining = true;
    const stopped = stopListening(http.server);
    startDraining(stopped);
    await stopped;
    await endConnections(http.server, timeoutMs);
    process.exit(0);
  };
  for (const signal of signals) process.on(signal, () => void drain());
}

async function stopListening(server: Server): Promise<void> {
  const end = performance.now() + LAST_CALL_MS;
  let quiet: boolean;
  server.on('connection', () => (quiet = false));
  do {
    quiet = true;
    await sleep(QUIET_MS);
    await nextTurn(); // what came while a batch was computed has been taken now
  } while (!quiet && performance.now() < end);
  // The close of an HTTP server would end connections, too, whose next request is on its way.
  NetServer.prototype.close.call(server);
}

async function endConnections(server: Server, timeoutMs: number): Promise<void> {
  const ended = once(server, 'close');
  setTimeout(() => server.closeIdleConnections(), LAST_CALL_MS);
  // Somebody who never finishes his request is not waited for.
  setTimeout(() => server.closeAllConnections(), LAST_CALL_MS + timeoutMs);
  await ended;
}
