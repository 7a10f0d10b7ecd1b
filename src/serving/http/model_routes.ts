import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refusal, refusalForNow, type Answer } from '../model/predictor';
import type { ServedModels, ServedVersion, ServedVersions } from '../models/served';
import { Refused } from './errors';
import { modelMetadata, modelStatus } from './metadata';
import type { AddPredict } from './predict';

/** TensorFlow Serving's REST API. Which models there are may change, so one route leads to all. */
const URL = '/v1/models/*';

/** A number has one form, so that a client cannot make up names of known versions. */
const PATH =
  /^\/v1\/models\/([^/:]+)(?:\/versions\/(0|[1-9]\d{0,14})|\/labels\/([^/:]+))?(?:\/(metadata)|:(\w+))?$/;

/** What a URL asks for. */
interface ModelPath {
  readonly name: string;
  readonly number: number | undefined;
  readonly label: string | undefined;
  /** 'status', 'metadata', 'predict', or a verb that may be unknown. */
  readonly what: string;
}

interface Target extends ModelPath {
  readonly versions: ServedVersions;
}

export function addModelRoutes(
  http: FastifyInstance,
  models: ServedModels,
  addPredict: AddPredict,
): void {
  http.get(URL, (request) => {
    const target = targetOf(request, models);
    if (target.what === 'status') return modelStatus(statusesOf(target));
    const { number, signature } = servedBy(target);
    return modelMetadata(target.name, number, signature);
  });
  addPredict(URL, (request) => servedBy(targetOf(request, models)));
}

/** The name of a request's route in metrics, where only models that are known have theirs; else 'none'. */
export function routeOf(
  { method, url, routeOptions }: FastifyRequest,
  models: ServedModels,
): string {
  if (routeOptions.url !== URL) return routeOptions.url ?? 'none';
  const path = pathOf(url);
  const versions = path == null ? undefined : models.get(path.name);
  if (path == null || versions == null || !fits(method, path)) return 'none';
  const isKnown =
    path.number == null || versions.all().some(({ number }) => number === path.number);
  return isKnown && path.label == null ? url.split('?')[0]! : 'none';
}

/** @throws Refused with the error of TensorFlow Serving, where a URL leads to nothing. */
function targetOf({ method, url }: FastifyRequest, models: ServedModels): Target {
  const path = pathOf(url);
  if (path == null) throw new Refused(malformed(method, url));
  const { name, number, label, what } = path;
  const versions = models.get(name);
  if (versions == null) throw new Refused(notServed(`Latest(${name})`));
  if (label != null) {
    throw new Refused(refusal(400, `Unrecognized servable version label: ${label}`));
  }
  if (number != null && !versions.all().some((version) => version.number === number)) {
    throw new Refused(notServed(`Specific(${name}, ${number})`));
  }
  if (what === 'classify' || what === 'regress') {
    throw new Refused(refusal(400, `The signature of "${name}" is for predict, not for ${what}.`));
  }
  if (!fits(method, path)) throw new Refused(malformed(method, url));
  return { ...path, versions };
}

/** @throws Refused if the version is not served (404), or none is at this time (503). */
function servedBy({ name, number, versions }: Target): ServedVersion {
  const version = versions.find(number);
  if (version != null) return version;
  if (number != null) throw new Refused(notServed(`Specific(${name}, ${number})`));
  throw new Refused(refusalForNow(`No version of "${name}" is served at this time.`));
}

function statusesOf({ number, versions }: Target) {
  return versions.all().filter((version) => number == null || version.number === number);
}

function pathOf(url: string): ModelPath | undefined {
  const found = PATH.exec(url.split('?')[0]!);
  if (found == null) return undefined;
  const [, name, number, label, metadata, verb] = found;
  return {
    name: name!,
    number: number == null ? undefined : Number(number),
    label,
    what: metadata ?? verb ?? 'status',
  };
}

function fits(method: string, { what }: ModelPath): boolean {
  return method === 'POST' ? what === 'predict' : what === 'status' || what === 'metadata';
}

function notServed(what: string): Answer {
  return refusal(404, `Servable not found for request: ${what}`);
}

/** For a URL that no route leads to. */
export function malformed(method: string, url: string): Answer {
  const path = url.split('?')[0]!;
  return refusal(path.startsWith('/v1/') ? 400 : 404, `Malformed request: ${method} ${path}`);
}
