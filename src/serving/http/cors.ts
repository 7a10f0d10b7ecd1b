import type { FastifyInstance } from 'fastify';

/** What browsers keep for ten minutes instead of asking again. */
const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers': 'Content-Type, Inference-Header-Content-Length',
  'Access-Control-Max-Age': '600',
};

/** Lets browsers show the answers to pages of these origins, refusals too. */
export function allowOrigins(http: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  http.addHook('onRequest', async ({ headers, method }, reply) => {
    reply.header('Vary', 'Origin');
    const { origin = '' } = headers;
    if (!origins.includes(origin)) return;
    reply.headers({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': 'Inference-Header-Content-Length, Retry-After',
    });
    const isPreflight = method === 'OPTIONS' && 'access-control-request-method' in headers;
    if (isPreflight) await reply.code(204).headers(PREFLIGHT).send();
  });
}
