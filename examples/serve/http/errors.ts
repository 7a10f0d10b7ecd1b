import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type {
  FastifyError,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from 'fastify';
import { QueueFull } from '../model/batcher';
import { BadRows } from '../model/rows';
import { ClientGone, TimedOut } from './deadline';
import { describe, type Signature } from '../model/signature';

export interface ErrorAnswer {
  readonly status: number;
  /** TensorFlow Serving's format. */
  readonly body: { readonly error: string };
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
}

function answer(status: number, error: string): ErrorAnswer {
  return { status, body: { error } };
}

/** The answer that tells a client of its error; undefined if the error is the server's own. */
export function clientAnswer(error: FastifyError): ErrorAnswer | undefined {
  if (error instanceof QueueFull) return { ...answer(503, error.message), retryAfter: 1 };
  if (error instanceof BadRows) return answer(400, error.message);
  if (error instanceof TimedOut) return answer(504, error.message);
  if (error instanceof ClientGone) return answer(499, error.message);
  if (error instanceof SyntaxError) return answer(400, `JSON Parse error: ${error.message}`);
  const { statusCode = 500, message } = error;
  return statusCode < 500 ? answer(statusCode, message) : undefined;
}

/** Names the place in the body, what was expected there and what was there, and what the model takes. */
export function schemaError(
  errors: readonly FastifySchemaValidationError[],
  { inputs }: Signature,
): Error {
  const takes = inputs.map((spec) => `"${spec.name}": ${describe(spec)}`).join(', ');
  // An "anyOf" or "if" reports its parts first: the first report is the innermost one.
  return new Error(`${complaint(errors[0]!)}. The model takes ${takes}.`);
}

function complaint(error: FastifySchemaValidationError & { data?: unknown }): string {
  const { instancePath, params, message, data } = error;
  if (instancePath === '') return 'The body must be an object with either "instances" or "inputs"';
  const place = instancePath.slice(1).replaceAll('/', '.');
  const allowed =
    params['allowedValues'] == null ? '' : ` ${JSON.stringify(params['allowedValues'])}`;
  return `${place} ${message}${allowed}, got ${brief(data)}`;
}

/** Shows no more than the surface of a value, which may be large, or too deep for JSON.stringify. */
function brief(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'number') return String(value); // 1e999 has become Infinity
  const isObject = typeof value === 'object' && value != null;
  const text = isObject
    ? `an object with ${JSON.stringify(Object.keys(value))}`
    : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

/** For URLs that cannot be decoded. */
export function answerBadUrl(error: FastifyError, _: FastifyRequest, reply: FastifyReply): void {
  reply.code(400).send({ error: error.message });
}

/** For data that is not HTTP, or arrives too slowly: there is no request that could be answered. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { status, body } = brokenRequest(error);
  const text = JSON.stringify(body);
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  socket.destroySoon();
}

function brokenRequest({ code, message }: NodeJS.ErrnoException): ErrorAnswer {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return answer(408, 'The request did not come in time.');
  if (code === 'HPE_HEADER_OVERFLOW') return answer(431, 'The headers are too large.');
  return answer(400, message);
}

const PATH =
  /^\/v1\/models\/([^/:]+)(?:\/versions\/(\d+)|\/labels\/([^/:]+))?(?:\/metadata|:(\w+))?$/i;

/** For URLs that are not those of the served model: the errors of TensorFlow Serving. */
export function notFound(method: string, url: string, name: string, version: string): ErrorAnswer {
  const path = url.split('?')[0];
  const [matched, model, wantedVersion, label, verb] = PATH.exec(path) ?? [];
  if (matched == null) return answer(path.startsWith('/v1/') ? 400 : 404, malformed(method, path));
  if (model !== name) return answer(404, `Servable not found for request: Latest(${model})`);
  if (wantedVersion != null && wantedVersion !== version) {
    return answer(404, `Servable not found for request: Specific(${model}, ${wantedVersion})`);
  }
  if (label != null) return answer(400, `Unrecognized servable version label: ${label}`);
  if (verb === 'classify' || verb === 'regress') {
    return answer(400, `The signature of "${model}" is for predict, not for ${verb}.`);
  }
  return answer(400, malformed(method, path));
}

function malformed(method: string, path: string): string {
  return `Malformed request: ${method} ${path}`;
}
