import { basename, resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { ServerOptions } from 'tfjs-bitcore/serving';
import { argumentError } from '../errors';
import type { Check } from '../options/check';
import { hostName, modelName, SERVER_OPTIONS } from '../serving/options';

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

const TEXTS = ['name', 'host', 'backend'] as const;
const LISTS = ['allow-host', 'import'] as const;

/** @throws if an option is unknown, missing or wrong: the error names it as it stands on the command line. */
export function serveOptions(args: string[]): ServerOptions {
  const { values, positionals } = parseArgs({ args, options: FLAGS, allowPositionals: true });
  const [folder, ...others] = positionals;
  if (folder == null || others.length > 0) {
    const got = positionals.join(' ') || 'none';
    throw new Error(`the arguments must be MODEL, got ${got}. See --help.`);
  }
  const { host, backend, import: imports, 'allow-host': allowHost } = values;
  const name = values.name ?? nameOf(folder);
  check('--name', modelName, name);
  for (const allowed of allowHost ?? []) check('--allow-host', hostName, allowed);
  if (host != null) check('--host', SERVER_OPTIONS.host, host);
  if (backend != null) check('--backend', SERVER_OPTIONS.backend, backend);
  return {
    models: { [name]: folder },
    ...(host != null && { host }),
    ...(backend != null && { backend: backend as NonNullable<ServerOptions['backend']> }),
    ...(imports != null && { imports }),
    ...(allowHost != null && { allowHost }),
    ...numbersIn(values),
  };
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

function check(flag: string, { expected, holds }: Check, value: unknown, text = value): void {
  if (!holds(value)) throw argumentError('tfjs-bitcore', flag, expected, text);
}

function nameOf(folder: string): string {
  return basename(resolve(folder)).replaceAll(/[^\w.-]/g, '_') || 'model';
}
