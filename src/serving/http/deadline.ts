import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

export class TimedOut extends Error {}
export class ClientGone extends Error {}

/**
 * Aborts with TimedOut when the time is over, and with ClientGone when the client is gone.
 * (Fastify's own `request.signal` and `handlerTimeout` take the end of the body for that of the client.)
 */
export function deadlineOf(reply: FastifyReply, timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const timedOut = () => controller.abort(new TimedOut(`No answer within ${timeoutMs} ms.`));
  const timer = setTimeout(timedOut, timeoutMs);
  reply.raw.once('close', () => {
    clearTimeout(timer);
    const answered = reply.raw.writableFinished;
    if (!answered) controller.abort(new ClientGone('The client closed the connection.'));
  });
  return controller.signal;
}

/** Ends the connection when its client has not taken the answer in time: until then the answer needs memory. */
export function limitWriting(response: ServerResponse, timeoutMs: number): void {
  const timer = setTimeout(() => response.req.socket.destroy(), timeoutMs);
  response.once('close', () => clearTimeout(timer));
}
