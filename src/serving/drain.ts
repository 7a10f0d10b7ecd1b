import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { HttpServer } from './http/server';

/** If no connection has arrived for this time, none is on its way. */
const QUIET_MS = 100;

/**
 * The longest wait for that, and the time in which clients with open connections can send one more
 * request and learn that their connections end.
 */
const LAST_CALL_MS = 1000;

/**
 * Answers all requests that have arrived, then ends the server.
 *
 * When a server stops listening, the system resets connections that it has made and the server has not
 * yet accepted. A connection that is closed between two requests loses the next request, if the client
 * has already sent it. So the server accepts the connections that are on their way, stops listening, and
 * then ends each connection with its answer. Answers are held back until the server has stopped
 * listening: most clients send their next request only after an answer, so no more connections arrive.
 */
export async function drain(
  { http, startDraining }: Pick<HttpServer, 'http' | 'startDraining'>,
  timeoutMs: number,
): Promise<void> {
  const stopped = stopListening(http.server);
  startDraining(stopped);
  await stopped;
  await endConnections(http.server, timeoutMs);
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
  // Closing the HTTP server would also end connections whose next request is on its way.
  NetServer.prototype.close.call(server);
}

async function endConnections(server: Server, timeoutMs: number): Promise<void> {
  const ended = once(server, 'close');
  const idle = setTimeout(() => server.closeIdleConnections(), LAST_CALL_MS);
  // A client that never finishes its request is not waited for.
  const all = setTimeout(() => server.closeAllConnections(), LAST_CALL_MS + timeoutMs);
  await ended;
  clearTimeout(idle);
  clearTimeout(all);
}
