import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Predictor, Question } from '../model/predictor';
import type { ResolvedOptions } from '../options';
import { readBody } from './body';
import { ByteBudget, type Hold } from './byte_budget';
import { deadlineOf } from './deadline';
import { sendAnswer } from './errors';

/** What a request asks, and whom. */
interface Target {
  readonly predictor: Predictor;
  readonly question: Omit<Question, 'body'>;
}

/** Adds `POST PATH`. `find` gives the target of a request, or throws the refusal of it. */
export type AddPredict = (path: string, find: (request: FastifyRequest) => Target) => void;

/** All bytes that the requests of all paths hold are counted together. */
export function predictRoutes(
  http: FastifyInstance,
  { maxBodyBytes, maxHeldBytes, timeoutMs }: ResolvedOptions,
): AddPredict {
  const budget = new ByteBudget(maxHeldBytes);
  const holds = new WeakMap<FastifyRequest, Hold>();
  const holdOf = (request: FastifyRequest) => {
    const hold = budget.hold(request.raw.socket);
    holds.set(request, hold);
    return hold;
  };
  // Where the connection ends first, that ends the hold.
  http.addHook('onResponse', async (request) => holds.get(request)?.release());
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', (request: FastifyRequest, stream: Readable) =>
    readBody(stream, maxBodyBytes, holdOf(request)),
  );
  return (path, find) =>
    http.post<{ Body: Uint8Array[] | undefined }>(path, {
      // Before the body is read.
      onRequest: async (request) => void find(request),
      handler: async (request, reply) => {
        const hold = holds.get(request) ?? holdOf(request);
        const signal = deadlineOf(reply, timeoutMs);
        const { predictor, question } = find(request);
        const work = predictor.predict({ ...question, body: request.body ?? [] }, signal);
        hold.keepFor(work);
        const answer = await Promise.race([work, aborted(signal)]);
        hold.add(answer.body.length);
        hold.waitForClient(() => request.raw.socket.destroy());
        return sendAnswer(reply, answer);
      },
    });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
