import { constants } from 'node:buffer';
import { basename, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { numberBetween } from '../support/number_between';
import { REQUEST_BYTES } from './http/byte_budget';

export interface ServeOptions {
  /** Folder of the saved model (model.json and its weights). */
  readonly model: string;
  /** Its name in URLs. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly backend?: string;
  /** Processes that share the port. */
  readonly workers: number;
  /** How long a batch waits for as many rows as the batch before it had. */
  readonly batchWindowMs: number;
  /** Rows computed at once; a request with more is computed in parts. */
  readonly maxBatch: number;
  /** Rows of one request; more give 400. */
  readonly maxRows: number;
  /** Rows that may wait; if there are more, requests are refused with 503. */
  readonly maxQueue: number;
  readonly maxBodyBytes: number;
  /** Bytes of requests and answers at one time, over all connections; more give 503. */
  readonly maxHeldBytes: number;
  readonly maxConnections: number;
  /** Names that a request may be for, beside IP addresses and localhost. */
  readonly allowHost: readonly string[];
  /** For receiving a request, for answering it, and for sending the answer. */
  readonly timeoutMs: number;
}

/** The options of the command line; prints what is wrong, or the help, and ends the process. */
export function parseOptions(args: string[]): ServeOptions {
  const command = new Command('npm run serve --')
    .description("Serves a saved model with TensorFlow Serving's REST API.")
    .requiredOption('--model <folder>', 'folder with model.json and its weights')
    .option('--name <name>', "the model's name in URLs (default: the folder's name)", checkName)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on', numberBetween(0, 65535), 8501)
    .addOption(new Option('--backend <name>', 'default: the fastest installed').choices(BACKENDS))
    .option('--workers <number>', 'processes that share the port', numberBetween(1, 256), 1)
    .option(
      '--batch-window-ms <ms>',
      'longest wait for a batch to fill up',
      numberBetween(0, MAX_MS),
      2,
    )
    .option('--max-batch <rows>', 'rows computed at once', numberBetween(1), 64)
    .option('--max-rows <rows>', 'rows of one request; more give 400', numberBetween(1), 1024)
    .option('--max-queue <rows>', 'rows that may wait; more give 503', numberBetween(1), 4096)
    .option(
      '--max-body-bytes <bytes>',
      'size of a request',
      numberBetween(1, MAX_BODY),
      16 * 2 ** 20,
    )
    .option(
      '--max-held-bytes <bytes>',
      'requests and answers at one time (default: four requests of the largest size, or a small one for each connection)',
      numberBetween(1),
    )
    .option(
      '--max-connections <number>',
      'connections at one time, for each worker',
      numberBetween(1, MAX_CONNECTIONS),
      1000,
    )
    .option(
      '--allow-host <names...>',
      'names that a request may be for, beside IP addresses and localhost',
      checkNames,
      [],
    )
    .option(
      '--timeout-ms <ms>',
      'to receive a request, to answer it, and to send the answer',
      numberBetween(1, MAX_MS),
      10_000,
    )
    .parse(args, { from: 'user' });
  const options = command.opts<WithoutDefaults>();
  const { name = nameOf(options.model), maxBodyBytes, maxConnections } = options;
  const fourLargest = 4 * (maxBodyBytes + REQUEST_BYTES);
  const { maxHeldBytes = Math.max(fourLargest, maxConnections * REQUEST_BYTES) } = options;
  if (maxHeldBytes < maxBodyBytes + REQUEST_BYTES) {
    command.error(
      `error: option '--max-held-bytes <bytes>' must be at least ${REQUEST_BYTES} more than ` +
        `--max-body-bytes, which is ${maxBodyBytes}. Got ${maxHeldBytes}.`,
    );
  }
  return { ...options, name, maxHeldBytes };
}

/** These come from other options. */
type Derived = 'name' | 'maxHeldBytes';
type WithoutDefaults = Omit<ServeOptions, Derived> & Partial<Pick<ServeOptions, Derived>>;

/** What a process may have open is a matter of the system. */
const MAX_CONNECTIONS = 65_535;

/** A day. (Node's timers of more than 24 days fire at once.) */
const MAX_MS = 24 * 60 * 60 * 1000;

/** A body is read as one string. */
const MAX_BODY = constants.MAX_STRING_LENGTH;

const BACKENDS = ['tensorflow', 'wasm', 'cpu'];

/** Characters that need no escaping in a URL, and are no pattern of the router. */
function checkName(name: string): string {
  if (/^[\w.-]+$/.test(name)) return name;
  throw new InvalidArgumentError('Expected letters, digits, "_", "-" and "." only.');
}

function checkNames(name: string, before: readonly string[]): readonly string[] {
  if (/^[\w.-]+$/.test(name)) return [...before, name.toLowerCase()];
  throw new InvalidArgumentError('Expected a name without port.');
}

function nameOf(folder: string): string {
  return basename(resolve(folder)).replaceAll(/[^\w.-]/g, '_') || 'model';
}
