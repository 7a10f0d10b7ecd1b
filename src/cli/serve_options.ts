import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import type { ServerOptions } from 'tfjs-bitcore/serving';
import { argumentError } from '../errors';
import type { Check } from '../options/check';
import {
  hostName,
  leastHeldBytes,
  modelName,
  originOfPages,
  SERVER_OPTIONS,
} from '../serving/options';
import { shapeIn } from './input_sizes';
import { parseArguments } from './parse_arguments';

/** The options that are whole numbers, as the command line and `createServer` call them. */
const NUMBERS = {
  port: 'port',
  workers: 'workers',
  'batch-window-ms': 'batchWindowMs',
  'max-batch': 'maxBatch',
  'max-rows': 'maxRows',
  'max-queue': 'maxQueue',
  'max-body-bytes': 'maxBodyBytes',
  'max-held-bytes': 'maxHeldBytes',
  'max-connections': 'maxConnections',
  'timeout-ms': 'timeoutMs',
} as const;

const TEXTS = ['name', 'models', 'host', 'backend', 'log-level'] as const;
const LISTS = ['model', 'allow-host', 'allow-origin', 'import', 'warmup-shape'] as const;

/** @throws if an option is unknown, missing or wrong: the error names it as it stands on the command line. */
export function serveOptions(args: string[]): ServerOptions {
  const { values, positionals } = parseArguments({ args, options: FLAGS, allowPositionals: true });
  const { host, backend, import: imports, models: modelsFolder, 'log-level': logLevel } = values;
  const { 'allow-host': allowHost, 'allow-origin': allowOrigin, 'warmup-shape': shapes } = values;
  for (const allowed of allowHost ?? []) check('--allow-host', hostName, allowed);
  for (const allowed of allowOrigin ?? []) check('--allow-origin', originOfPages, allowed);
  if (host != null) check('--host', SERVER_OPTIONS.host, host);
  if (backend != null) check('--backend', SERVER_OPTIONS.backend, backend);
  if (logLevel != null) check('--log-level', SERVER_OPTIONS.logLevel, logLevel);
  if (modelsFolder != null) checkFolder('--models', modelsFolder);
  const numbers = numbersIn(values);
  checkHeldBytes(numbers);
  return {
    models: modelsOf(positionals, values),
    ...(modelsFolder != null && { modelsFolder }),
    ...(host != null && { host }),
    ...(backend != null && { backend: backend as NonNullable<ServerOptions['backend']> }),
    ...(logLevel != null && { logLevel: logLevel as NonNullable<ServerOptions['logLevel']> }),
    ...(imports != null && { imports }),
    ...(allowHost != null && { allowHost }),
    ...(allowOrigin != null && { allowOrigin }),
    ...(shapes != null && {
      warmupShapes: warmupShapes(shapes, nameOfPositional(positionals, values)),
    }),
    ...numbers,
  };
}

/** What names models, beside `--models`. */
interface Named {
  readonly name?: string;
  readonly models?: string;
  readonly model?: readonly string[];
}

function modelsOf(positionals: readonly string[], named: Named): Record<string, string> {
  const [folder, ...others] = positionals;
  const models = (named.model ?? []).map(namedModel);
  const isSome = folder != null || models.length > 0 || named.models != null;
  if (!isSome || others.length > 0) {
    const got = positionals.join(' ') || 'none';
    throw new Error(
      `the arguments must be MODEL, --model NAME=MODEL or --models DIR, got ${got}. See --help.`,
    );
  }
  if (folder == null) return Object.fromEntries(models);
  const name = nameOfPositional(positionals, named)!;
  check('--name', modelName, name);
  return Object.fromEntries([[name, folder], ...models]);
}

/** The name of MODEL, if there is one. */
function nameOfPositional(
  [folder]: readonly string[],
  { name }: Pick<Named, 'name'>,
): string | undefined {
  return folder == null ? undefined : (name ?? nameOf(folder));
}

/** The shapes by the names of models, from texts like NAME=7,3; without NAME, they are of `model`. */
function warmupShapes(
  texts: readonly string[],
  model: string | undefined,
): Record<string, number[][]> {
  const shapes: Record<string, number[][]> = {};
  for (const text of texts) {
    const [, name = model, sizes] = /^(?:([^=]*)=)?(.*)$/s.exec(text)!;
    const shape = shapeIn(sizes!);
    if (shape == null || !modelName.holds(name)) {
      const expected = 'NAME=SIZES, or SIZES alone for MODEL, without the batch, as in net=64,64,3';
      throw argumentError('tfjs-bitcore', '--warmup-shape', expected, text);
    }
    (shapes[name!] ??= []).push(shape);
  }
  return shapes;
}

/** Of NAME=MODEL. */
function namedModel(text: string): [name: string, folder: string] {
  const [, name, folder] = /^([^=]*)=(.+)$/s.exec(text) ?? [];
  const expected = `NAME=MODEL, of which NAME is ${modelName.expected}`;
  if (folder != null && modelName.holds(name)) return [name!, folder];
  throw argumentError('tfjs-bitcore', '--model', expected, text);
}

const flags = (names: readonly string[], multiple: boolean) =>
  Object.fromEntries(names.map((name) => [name, { type: 'string', multiple } as const]));

const FLAGS = {
  ...flags([...Object.keys(NUMBERS), ...TEXTS], false),
  ...flags(LISTS, true),
} as NonNullable<ParseArgsConfig['options']> &
  Record<(typeof TEXTS)[number] | keyof typeof NUMBERS, { type: 'string' }> &
  Record<(typeof LISTS)[number], { type: 'string'; multiple: true }>;

function numbersIn(values: Partial<Record<keyof typeof NUMBERS, string>>): Partial<ServerOptions> {
  const flagged = Object.entries(NUMBERS).filter(([flag]) => flag in values);
  return Object.fromEntries(
    flagged.map(([flag, option]) => {
      const text = values[flag as keyof typeof NUMBERS]!;
      const number = /^\d+$/.test(text) ? Number(text) : NaN;
      check(`--${flag}`, SERVER_OPTIONS[option], number, text);
      return [option, number];
    }),
  );
}

function checkHeldBytes({ maxHeldBytes, maxBodyBytes }: Partial<ServerOptions>): void {
  const least = leastHeldBytes(maxBodyBytes ?? SERVER_OPTIONS.maxBodyBytes.default);
  if (maxHeldBytes == null || maxHeldBytes >= least) return;
  const expected = `at least ${least}, which is a little more than --max-body-bytes`;
  throw argumentError('tfjs-bitcore', '--max-held-bytes', expected, maxHeldBytes);
}

function checkFolder(flag: string, path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  throw argumentError('tfjs-bitcore', flag, 'a folder with models', path);
}

function check(flag: string, { expected, holds }: Check, value: unknown, text = value): void {
  if (!holds(value)) throw argumentError('tfjs-bitcore', flag, expected, text);
}

function nameOf(folder: string): string {
  return basename(resolve(folder)).replaceAll(/[^\w.-]/g, '_') || 'model';
}
