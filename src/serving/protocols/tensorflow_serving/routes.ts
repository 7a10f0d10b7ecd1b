import { refusal, refusalForNow, type Answer } from '../../model/predictor';
import type { ServedModels, ServedVersion, ServedVersions } from '../../models/served';
import { Refused } from '../../http/errors';
import { pathOf, type Protocol } from '../../http/protocol';
import { modelMetadata, modelStatus } from './metadata';

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

interface Found extends ModelPath {
  readonly versions: ServedVersions;
}

/** TensorFlow Serving's REST API. */
export const tensorFlowServing: Protocol = {
  modelsUrl: '/v1/models/*',

  addRoutes(http, { models }, addPredict) {
    http.get(this.modelsUrl, ({ method, url }) => {
      const found = find(method, url, models);
      if (found.what === 'status') return modelStatus(statusesOf(found));
      const { number, signature } = servedBy(found);
      return modelMetadata(found.name, number, signature);
    });
    addPredict(this.modelsUrl, ({ method, url }) => {
      const found = find(method, url, models);
      const version = servedBy(found);
      return {
        predictor: version,
        question: {
          ...{ protocol: 'tensorflow_serving', model: found.name, version: version.number },
        },
      };
    });
  },

  named(method, url) {
    const path = modelPath(url);
    return path != null && path.label == null && fits(method, path) ? path : undefined;
  },
};

/** @throws Refused with the error of TensorFlow Serving, where a URL leads to nothing. */
function find(method: string, url: string, models: ServedModels): Found {
  const path = modelPath(url);
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
function servedBy({ name, number, versions }: Found): ServedVersion {
  const version = versions.find(number);
  if (version != null) return version;
  if (number != null) throw new Refused(notServed(`Specific(${name}, ${number})`));
  throw new Refused(refusalForNow(`No version of "${name}" is served at this time.`));
}

function statusesOf({ number, versions }: Found) {
  return versions.all().filter((version) => number == null || version.number === number);
}

function modelPath(url: string): ModelPath | undefined {
  const found = PATH.exec(pathOf(url));
  if (found == null) return undefined;
  const [, name, number, label, metadata, verb] = found;
  return {
    name: name!,
    number: number == null ? undefined : Number(number),
    label,
    what: metadata ?? verb ?? 'status',
  };
}

/** HEAD asks for the head of what GET gives. */
function fits(method: string, { what }: ModelPath): boolean {
  return method === 'POST' ? what === 'predict' : what === 'status' || what === 'metadata';
}

function notServed(what: string): Answer {
  return refusal(404, `Servable not found for request: ${what}`);
}

/** For a URL that no route leads to. */
export function malformed(method: string, url: string): Answer {
  const path = pathOf(url);
  return refusal(path.startsWith('/v1/') ? 400 : 404, `Malformed request: ${method} ${path}`);
}
