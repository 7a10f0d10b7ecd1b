import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { Batcher } from '../model/batcher';
import type { ServedModel } from '../model/served_model';
import type { ServeOptions } from '../options';
import { deadlineOf } from './deadline';
import {
  answerBadUrl,
  answerBrokenRequest,
  clientAnswer,
  notFound,
  schemaError,
  type ErrorAnswer,
} from './errors';
import { modelMetadata, modelStatus, VERSION } from './metadata';
import { Metrics } from './metrics';
import { readRows, writeRows, type PredictBody } from './predict';
import { predictSchema } from './schema';

export interface ModelServer {
  readonly http: FastifyInstance;
  readonly metrics: Metrics;
  /** From now on every answer waits for `stopped`, and ends its connection; `/healthz` says 503. */
  startDraining(stopped: Promise<void>): void;
}

/** What `/metrics` tells: of this process, or of all workers together. */
export type CollectMetrics = (own: Metrics) => () => Promise<string>;

/** TensorFlow Serving's REST API for one model, with health, metrics and a page; not yet listening. */
export function createServer(
  model: ServedModel,
  options: ServeOptions,
  collectMetrics: CollectMetrics = ({ registry }) =>
    () =>
      registry.metrics(),
): ModelServer {
  const http = Fastify({
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.timeoutMs,
    logger: { level: 'warn' },
    http: {
      requestTimeout: options.timeoutMs,
      // Node takes the longer one for the request, whichever it is.
      headersTimeout: options.timeoutMs,
      connectionsCheckingInterval: Math.min(1000, options.timeoutMs),
    },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerBadUrl,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, verbose: true } },
  });
  const metrics = new Metrics();
  let draining: Promise<void> | undefined;
  acceptJsonOfAnyType(http);
  answerErrors(http, options.name);
  http.addHook('onSend', async (request, reply) => {
    // Fastify would close the connection, which resets it: who still writes may never read the answer.
    // Node reads what is left of the request, for `requestTimeout` at most.
    if (!request.raw.complete) reply.removeHeader('Connection');
    if (draining == null) return;
    await draining;
    reply.header('Connection', 'close');
  });
  http.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url?.replace('::', ':') ?? 'none';
    metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
  });
  addModelRoutes(http, model, options, metrics);
  http.get('/healthz', (_request, reply) =>
    reply
      .code(draining ? 503 : 200)
      .send({ status: draining ? 'draining' : 'ok', model: options.name }),
  );
  const collect = collectMetrics(metrics);
  http.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await collect()),
  );
  addPage(http);
  const startDraining = (stopped: Promise<void>) => {
    draining = stopped;
  };
  return { http, metrics, startDraining };
}

/** As TensorFlow Serving: curl, for one, says that its data is a form. */
function acceptJsonOfAnyType(http: FastifyInstance): void {
  // What is no type at all would be refused.
  http.addHook('onRequest', ({ headers }, _reply, done) => {
    delete headers['content-type'];
    done();
  });
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', { parseAs: 'string' }, (_request, body: string, done) => {
    try {
      done(null, JSON.parse(body));
    } catch (error) {
      done(error as Error);
    }
  });
}

function answerErrors(http: FastifyInstance, name: string): void {
  http.setErrorHandler<FastifyError>((error, request, reply) => {
    const answer = clientAnswer(error);
    if (answer != null) return send(answer);
    request.log.error(error);
    return send({ status: 500, body: { error: 'Internal error; the server has logged it.' } });

    function send({ status, body, retryAfter }: ErrorAnswer) {
      if (retryAfter != null) reply.header('Retry-After', retryAfter);
      return reply.code(status).send(body);
    }
  });
  http.setNotFoundHandler(({ method, url }, reply) => {
    const { status, body } = notFound(method, url, name, VERSION);
    return reply.code(status).send(body);
  });
}

function addModelRoutes(
  http: FastifyInstance,
  model: ServedModel,
  options: ServeOptions,
  metrics: Metrics,
): void {
  const { signature } = model;
  const batcher = new Batcher((rows) => model.predict(rows), options, metrics);
  const body = predictSchema(signature, options.maxRows);
  const schemaErrorFormatter = (errors: Parameters<typeof schemaError>[0]) =>
    schemaError(errors, signature);
  for (const path of [
    `/v1/models/${options.name}`,
    `/v1/models/${options.name}/versions/${VERSION}`,
  ]) {
    http.get(path, () => modelStatus());
    http.get(`${path}/metadata`, () => modelMetadata(options.name, signature));
    // A double colon stands for a colon in Fastify's paths.
    http.post<{ Body: PredictBody }>(
      `${path}::predict`,
      { schema: { body }, schemaErrorFormatter },
      async (request, reply) => {
        const rows = readRows(request.body, signature);
        const outputs = await batcher.submit(rows, deadlineOf(reply, options.timeoutMs));
        return writeRows(request.body, outputs, signature);
      },
    );
  }
}

/** All of the page is in its one file: nothing else is to run in it, and it talks to nobody else. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function addPage(http: FastifyInstance): void {
  const page = readFileSync(join(__dirname, '../page/index.html'));
  http.get('/', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('Content-Security-Policy', PAGE_POLICY)
      .send(page),
  );
}
