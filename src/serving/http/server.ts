import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { refusal, type Answer } from '../model/predictor';
import type { ServedModels } from '../models/served';
import type { ResolvedOptions } from '../options';
import { openInference } from '../protocols/open_inference/routes';
import { malformed, tensorFlowServing } from '../protocols/tensorflow_serving/routes';
import { Connections } from './connections';
import { allowOrigins } from './cors';
import { limitWriting } from './deadline';
import { answerOn, brokenRequest, clientAnswer, sendAnswer, TooManyConnections } from './errors';
import { AnswersInOrder } from './in_order';
import type { Metrics } from './metrics';
import { checkRequest } from './origin';
import { predictRoutes } from './predict';
import { routeOf, type Protocol } from './protocol';

export interface HttpServer {
  readonly http: FastifyInstance;
  /** From now on every answer waits for `stopped`, and ends its connection; `/healthz` says 503. */
  startDraining(stopped: Promise<void>): void;
}

/** What `/metrics` reports: figures of this process, or of all workers together. */
export type CollectMetrics = () => Promise<string>;

const PROTOCOLS: readonly Protocol[] = [tensorFlowServing, openInference];

/** All protocols, with health and metrics; not yet listening. */
export function createHttpServer(
  models: ServedModels,
  options: ResolvedOptions,
  metrics: Metrics,
  collectMetrics: CollectMetrics = () => metrics.registry.metrics(),
): HttpServer {
  const http = Fastify({
    requestTimeout: options.timeoutMs,
    logger: options.logLevel === 'silent' ? false : { level: options.logLevel },
    http: {
      requestTimeout: options.timeoutMs,
      // Node applies the longer of the two to the request.
      headersTimeout: options.timeoutMs,
      connectionsCheckingInterval: Math.min(1000, options.timeoutMs),
      // It would answer without a body.
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET') socket.destroy();
      else refuse(socket, brokenRequest(error));
    },
    // No hook sees these.
    frameworkErrors: (error, _request, reply) => {
      const answer = refusal(400, error.message);
      metrics.refused(answer.status);
      sendAnswer(reply, answer);
    },
  });
  const inOrder = new AnswersInOrder(http.server);
  const refuse = (socket: Socket, answer: Answer) =>
    inOrder.refuseAfterThem(socket, () => refuseSocket(socket, answer, metrics));
  const connections = new Connections(http.server, options.maxConnections, (socket, answer) =>
    refuseSocket(socket, answer, metrics),
  );
  const draining = addDraining(http, options.timeoutMs);
  answerErrors(http, options.log);
  answerWhatNodeRefuses(http, options.timeoutMs, metrics, refuse);
  allowOrigins(http, options.allowOrigin);
  http.addHook('onRequest', async ({ headers, method, raw }) => {
    checkRequest(raw, options);
    if (method === 'POST' && connections.isSurplus(raw.socket)) {
      throw new TooManyConnections(
        `The server has as many connections as it may: ${options.maxConnections}.`,
      );
    }
    // TensorFlow Serving does not read it: curl, for example, says that its data is a form.
    delete headers['content-type'];
  });
  http.addHook('preHandler', async ({ raw }) => connections.requestArrived(raw.socket));
  http.addHook('onResponse', async (request, reply) => {
    metrics.answered(
      request.method,
      routeOf(request, PROTOCOLS, models),
      reply.statusCode,
      reply.elapsedTime / 1000,
    );
  });
  const addPredict = predictRoutes(http, options);
  const service = { models, isDraining: draining.began };
  for (const protocol of PROTOCOLS) protocol.addRoutes(http, service, addPredict);
  http.get('/healthz', (_request, reply) => {
    const status = draining.began() ? 'draining' : 'ok';
    return reply.code(status === 'ok' ? 200 : 503).send({ status, models: versionsOf(models) });
  });
  addMetrics(http, metrics.registry.contentType, collectMetrics);
  return { http, startDraining: draining.start };
}

function addDraining(http: FastifyInstance, timeoutMs: number) {
  let draining: Promise<void> | undefined;
  http.addHook('onSend', async (request, reply) => {
    // Fastify would close the connection, which resets it: a client that still writes may never read the answer.
    // Node reads what is left of the request, for `requestTimeout` at most.
    if (!request.raw.complete) reply.removeHeader('Connection');
    await draining;
    // Node does not read what comes on a connection after an offer to upgrade it.
    if (draining != null || request.headers.upgrade != null) reply.header('Connection', 'close');
    limitWriting(reply.raw, timeoutMs);
  });
  const start = (stopped: Promise<void>) => {
    draining = stopped;
  };
  return { start, began: () => draining != null };
}

function answerErrors(http: FastifyInstance, log: ResolvedOptions['log']): void {
  http.setErrorHandler<FastifyError>((error, request, reply) => {
    const answer = clientAnswer(error);
    if (answer != null) return sendAnswer(reply, answer);
    request.log.error(error);
    log(`Internal error of ${request.method} ${request.url}: ${error.stack}`);
    return sendAnswer(reply, refusal(500, 'Internal error; the server has logged it.'));
  });
  http.setNotFoundHandler(({ method, url }, reply) => sendAnswer(reply, malformed(method, url)));
}

/** Node would end these without a word of JSON. */
function answerWhatNodeRefuses(
  { server }: FastifyInstance,
  timeoutMs: number,
  metrics: Metrics,
  refuse: (socket: Socket, answer: Answer) => void,
): void {
  server.on('checkExpectation', (_request: unknown, response: ServerResponse) => {
    const { status, body } = refusal(417, 'The server takes no header Expect but "100-continue".');
    metrics.refused(status);
    limitWriting(response, timeoutMs);
    response.statusCode = status;
    response.setHeader('Content-Type', 'application/json').end(body);
  });
  server.on('connect', (_request: unknown, socket: Socket) =>
    refuse(socket, refusal(400, 'The server is no proxy: it has no CONNECT.')),
  );
  server.on('drop', () => metrics.dropped());
}

function refuseSocket(socket: Socket, answer: Answer, metrics: Metrics): void {
  metrics.refused(answer.status);
  if (socket.writable) answerOn(socket, answer);
  else socket.destroy();
}

/** The version that is served of each model; null for none. */
function versionsOf(models: ServedModels): Record<string, number | null> {
  return Object.fromEntries(
    models.names().map((name) => [name, models.get(name)?.find()?.number ?? null]),
  );
}

/** However many ask at once, the figures are collected once. */
function addMetrics(http: FastifyInstance, type: string, collect: CollectMetrics): void {
  let collecting: Promise<string> | undefined;
  http.get('/metrics', async (_request, reply) => {
    collecting ??= collect().finally(() => (collecting = undefined));
    return reply.type(type).send(await collecting);
  });
}
