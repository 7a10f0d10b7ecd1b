import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply } from 'fastify';
import { refusal, refusalForNow, type Answer } from '../model/predictor';
import { BodyTooLarge } from './body';
import { BudgetSpent } from './byte_budget';
import { ClientGone, TimedOut } from './deadline';
import { Foreign, NoHost } from './origin';

/** A request that has its answer already. */
export class Refused extends Error {
  constructor(readonly answer: Answer) {
    super('The request is refused.');
  }
}

/** All connections are in use by others. */
export class TooManyConnections extends Error {}

/** The answer that tells a client of its error; undefined if the error is the server's own. */
export function clientAnswer(error: FastifyError): Answer | undefined {
  if (error instanceof Refused) return error.answer;
  const { message } = error;
  if (error instanceof BudgetSpent || error instanceof TooManyConnections) {
    return refusalForNow(message);
  }
  if (error instanceof NoHost) return refusal(400, message);
  if (error instanceof Foreign) return refusal(403, message);
  if (error instanceof BodyTooLarge) return refusal(413, message);
  if (error instanceof TimedOut) return refusal(504, message);
  if (error instanceof ClientGone) return refusal(499, message);
  const { statusCode = 500 } = error;
  return statusCode < 500 ? refusal(statusCode, message) : undefined;
}

export function sendAnswer(
  reply: FastifyReply,
  { status, body, headers = {} }: Answer,
): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').headers(headers).send(body);
}

/** For data that is not HTTP, or arrives too slowly: there is no request that could be answered. */
export function brokenRequest({ code, message }: NodeJS.ErrnoException): Answer {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusal(408, 'The request did not come in time.');
  if (code === 'HPE_HEADER_OVERFLOW') return refusal(431, 'The headers are too large.');
  return refusal(400, message);
}

/** Ends a connection with an answer. */
export function answerOn(socket: Socket, { status, body, headers = {} }: Answer): void {
  const all = {
    Connection: 'close',
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  socket.destroySoon();
}
