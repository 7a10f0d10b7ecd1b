import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refusal, refusalForNow } from '../../model/predictor';
import type { ServedModels, ServedVersion, ServedVersions } from '../../models/served';
import { Refused } from '../../http/errors';
import { pathOf, type Protocol, type Service } from '../../http/protocol';
import { modelMetadata, SERVER_METADATA } from './metadata';

/** A number has one form, so that a client cannot make up names of known versions. */
const PATH = /^\/v2\/models\/([^/:]+)(?:\/versions\/(0|[1-9]\d{0,14}))?(?:\/(ready|infer))?$/;

/** What a URL asks for. */
interface ModelPath {
  readonly name: string;
  readonly number: number | undefined;
  readonly what: 'metadata' | 'ready' | 'infer';
}

interface Found extends ModelPath {
  readonly versions: ServedVersions;
}

/** The Open Inference Protocol, version 2. */
export const openInference: Protocol = {
  modelsUrl: '/v2/models/*',

  addRoutes(http, service, addPredict) {
    addServerRoutes(http, service);
    const { models } = service;
    http.get(this.modelsUrl, ({ method, url }, reply) => {
      const found = find(method, url, models);
      const { name, number, versions } = found;
      if (found.what === 'ready') return readiness(reply, versions.find(number) != null, { name });
      const version = servedBy(found);
      return modelMetadata(name, version.number, version.signature);
    });
    addPredict(this.modelsUrl, ({ method, url, headers }) => {
      const found = find(method, url, models);
      const version = servedBy(found);
      const jsonBytes = jsonBytesOf(headers);
      return {
        predictor: version,
        question: {
          ...{ protocol: 'open_inference', model: found.name, version: version.number },
          ...(jsonBytes != null && { jsonBytes }),
        },
      };
    });
  },

  named(method, url) {
    const path = modelPath(url);
    return path != null && fits(method, path) ? path : undefined;
  },
};

function addServerRoutes(http: FastifyInstance, { models, isDraining }: Service): void {
  for (const url of ['/v2', '/v2/']) http.get(url, () => SERVER_METADATA);
  http.get('/v2/health/live', () => ({ live: true }));
  http.get('/v2/health/ready', (_request, reply) => {
    const areServed = models.names().every((name) => models.get(name)?.find() != null);
    return readiness(reply, areServed && !isDraining(), { live: true });
  });
}

function readiness(reply: FastifyReply, ready: boolean, more: object): FastifyReply {
  return reply.code(ready ? 200 : 503).send({ ...more, ready });
}

/** @throws Refused where a URL leads to nothing. */
function find(method: string, url: string, models: ServedModels): Found {
  const path = modelPath(url);
  if (path == null || !fits(method, path)) {
    throw new Refused(refusal(404, `Malformed request: ${method} ${pathOf(url)}`));
  }
  const { name, number } = path;
  const versions = models.get(name);
  if (versions == null) throw new Refused(refusal(404, `There is no model "${name}".`));
  if (number != null && !versions.all().some((version) => version.number === number)) {
    throw new Refused(refusal(404, `Model "${name}" has no version ${number}.`));
  }
  return { ...path, versions };
}

/** @throws Refused if the version is not served (404), or none is at this time (503). */
function servedBy({ name, number, versions }: Found): ServedVersion {
  const version = versions.find(number);
  if (version != null) return version;
  if (number != null) {
    throw new Refused(refusal(404, `Version ${number} of model "${name}" is not served.`));
  }
  throw new Refused(refusalForNow(`No version of "${name}" is served at this time.`));
}

function modelPath(url: string): ModelPath | undefined {
  const found = PATH.exec(pathOf(url));
  if (found == null) return undefined;
  const [, name, number, what = 'metadata'] = found;
  return {
    name: name!,
    number: number == null ? undefined : Number(number),
    what: what as ModelPath['what'],
  };
}

/** HEAD asks for the head of what GET gives. */
function fits(method: string, { what }: ModelPath): boolean {
  return (method === 'POST') === (what === 'infer');
}

/** @throws Refused if the header is no number. */
function jsonBytesOf(headers: FastifyRequest['headers']): number | undefined {
  const text = headers['inference-header-content-length'];
  if (text == null) return undefined;
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  const expected = 'a number of bytes';
  throw new Refused(
    refusal(
      400,
      `Inference-Header-Content-Length must be ${expected}, got ${JSON.stringify(text)}.`,
    ),
  );
}
