import {
  anyFunction,
  integerBetween,
  nonEmptyString,
  oneOf,
  positiveInteger,
  type Check,
} from '../options/check';
import { readOptions, type OptionTable, type Resolved } from '../options/option_table';
import { argumentError } from '../errors';
import { REQUEST_BYTES } from './http/byte_budget';

export interface ServerOptions {
  /**
   * The folders of models, by the names that the models have in URLs. A folder holds a saved model (model.json and its
   * weights), or versions of it in numbered folders. Default: none.
   */
  readonly models?: Readonly<Record<string, string>>;
  /** A folder with one folder for each model, which has its name. Models that come and go are noticed. Default: none. */
  readonly modelsFolder?: string;
  /** The address to listen on. Only programs on this machine reach the default. Default: '127.0.0.1'. */
  readonly host?: string;
  /** The port to listen on; 0 is any that is free. Default: 8501. */
  readonly port?: number;
  /** The backend that computes. Default: the first that is installed of tensorflow (tfjs-node), wasm and cpu. */
  readonly backend?: 'tensorflow' | 'wasm' | 'cpu';
  /** Files of JavaScript that register classes of layers. They run before a model is loaded. Default: none. */
  readonly imports?: readonly string[];
  /** Processes that share the port, of Node's `cluster`; 1 is this process. Default: 1. */
  readonly workers?: number;
  /** Milliseconds that a batch waits for as many rows as the batch before it had. Default: 2. */
  readonly batchWindowMs?: number;
  /** Rows computed at once; a request with more is computed in parts. Default: 64. */
  readonly maxBatch?: number;
  /** Rows of one request; more give 400. Default: 1024. */
  readonly maxRows?: number;
  /** Rows that may wait; if there are more, requests are refused with 503. Default: 4096. */
  readonly maxQueue?: number;
  /** Bytes of one request; more give 413. Default: 16777216. */
  readonly maxBodyBytes?: number;
  /**
   * Bytes of requests and answers at one time, over all connections; more give 503. Default: four requests of the
   * largest size, or a small one for each connection.
   */
  readonly maxHeldBytes?: number;
  /** Connections at one time, for each worker. Default: 1000. */
  readonly maxConnections?: number;
  /** Names that a request may be for, beside IP addresses and localhost. Default: none. */
  readonly allowHost?: readonly string[];
  /** Origins of web pages that may ask, beside those of the server, as in `https://page.example`. Default: none. */
  readonly allowOrigin?: readonly string[];
  /**
   * By the names of models, the shapes of their inputs for a warm-up, each without the batch. A model that leaves sizes
   * open is not warmed up without. Default: none.
   */
  readonly warmupShapes?: Readonly<Record<string, ReadonlyArray<readonly number[]>>>;
  /** Milliseconds to receive a request, to answer it, and to send the answer. Default: 10000. */
  readonly timeoutMs?: number;
  /**
   * Which requests are written to standard output, a line of JSON each: none, those that failed by an error of the
   * server's own, or all. Default: 'silent'.
   */
  readonly logLevel?: 'silent' | 'error' | 'info';
  /** Gets a line of text when a version or a worker fails, or the server has an error of its own. Default: none. */
  readonly log?: (message: string) => void;
}

/** What a process may have open is a matter of the system. */
const MAX_CONNECTIONS = 65_535;

/** A day. (Node's timers of more than 24 days fire at once.) */
const MAX_MS = 24 * 60 * 60 * 1000;

/** A body is read as one string: Node has none that is longer. */
const MAX_BODY = 2 ** 29 - 24;

/** Characters that need no escaping in a URL; no hidden file, and neither "." nor "..". */
const NAME = /^\w[\w.-]*$/;

/** What a model may be called. */
export const modelName: Check = {
  expected: 'a name of letters, digits, "_", "-" and "." that does not begin with "-" or "."',
  holds: (value) => typeof value === 'string' && NAME.test(value),
};

/** What a server may be called in the header Host. */
export const hostName: Check = {
  expected: 'a name without port',
  holds: (value) => typeof value === 'string' && NAME.test(value),
};

/** An origin as browsers name it. */
export const originOfPages: Check = {
  expected: 'an origin as in https://page.example, without a path',
  holds: (value) => typeof value === 'string' && /^https?:\/\//.test(value) && isOrigin(value),
};

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function listOf({ expected, holds }: Check): Check {
  return {
    expected: `a list, each of which is ${expected}`,
    holds: (value) => Array.isArray(value) && value.every(holds),
  };
}

/** @param what a value is, in a word for errors. */
function byName(what: string, { holds }: Pick<Check, 'holds'>): Check {
  return {
    expected: `an object {NAME: ${what}}, of which NAME is ${modelName.expected}`,
    holds: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(value).every(([name, named]) => modelName.holds(name) && holds(named)),
  };
}

/** @internal */
export const SERVER_OPTIONS = {
  models: byName('FOLDER', nonEmptyString),
  modelsFolder: nonEmptyString,
  host: { ...nonEmptyString, default: '127.0.0.1' },
  port: { ...integerBetween(0, 65_535), default: 8501 },
  backend: oneOf(['tensorflow', 'wasm', 'cpu']),
  imports: { ...listOf(nonEmptyString), default: [] },
  workers: { ...integerBetween(1, 256), default: 1 },
  batchWindowMs: { ...integerBetween(0, MAX_MS), default: 2 },
  maxBatch: { ...positiveInteger, default: 64 },
  maxRows: { ...positiveInteger, default: 1024 },
  maxQueue: { ...positiveInteger, default: 4096 },
  maxBodyBytes: { ...integerBetween(1, MAX_BODY), default: 16 * 2 ** 20 },
  maxHeldBytes: positiveInteger,
  maxConnections: { ...integerBetween(1, MAX_CONNECTIONS), default: 1000 },
  allowHost: { ...listOf(hostName), default: [] },
  allowOrigin: { ...listOf(originOfPages), default: [] },
  warmupShapes: byName('SHAPES', listOf(listOf(positiveInteger))),
  timeoutMs: { ...integerBetween(1, MAX_MS), default: 10_000 },
  logLevel: { ...oneOf(['silent', 'error', 'info']), default: 'silent' },
  log: anyFunction,
} satisfies OptionTable<ServerOptions>;

/** The options with all defaults. */
export type ResolvedOptions = Resolved<ServerOptions, typeof SERVER_OPTIONS> &
  Required<Pick<ServerOptions, 'models' | 'maxHeldBytes' | 'warmupShapes' | 'log'>>;

/** One request of the largest size must have a place. @internal */
export function leastHeldBytes(maxBodyBytes: number): number {
  return maxBodyBytes + REQUEST_BYTES;
}

/** @throws if an option is wrong. */
export function readServerOptions(where: string, options: ServerOptions): ResolvedOptions {
  const read = readOptions<ServerOptions, typeof SERVER_OPTIONS>(where, options, SERVER_OPTIONS);
  const { models = {}, warmupShapes = {}, log = () => {} } = read;
  if (Object.keys(models).length === 0 && read.modelsFolder == null) {
    const expected = 'the folders of models by name, where there is no modelsFolder';
    throw argumentError(where, 'models', expected, models);
  }
  const least = leastHeldBytes(read.maxBodyBytes);
  const { maxHeldBytes = Math.max(4 * least, read.maxConnections * REQUEST_BYTES) } = read;
  if (maxHeldBytes < least) {
    const expected = `at least ${REQUEST_BYTES} more than maxBodyBytes, which is ${read.maxBodyBytes}`;
    throw argumentError(where, 'maxHeldBytes', expected, maxHeldBytes);
  }
  const unknown = Object.keys(warmupShapes).find((name) => !(name in models));
  if (unknown != null && read.modelsFolder == null) {
    throw argumentError(where, 'warmupShapes', 'of models that are served', unknown);
  }
  const allowHost = read.allowHost.map((name) => name.toLowerCase());
  return { ...read, models, maxHeldBytes, warmupShapes, allowHost, log };
}
