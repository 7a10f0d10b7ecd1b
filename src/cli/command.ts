import type { ParseArgsConfig } from 'node:util';
import { parseArguments } from './parse_arguments';

/** Runs with the arguments after its name. If it throws, it has not written anything. */
export type Command = (args: string[]) => Promise<Outcome>;

export interface Outcome {
  /** What `--json` prints. */
  readonly result: object;
  /** What is printed without `--json`. */
  readonly lines: string[];
  /** Whether the result is negative: exit code 1. */
  readonly failed?: boolean;
}

/** What every command takes. */
const COMMON = {
  json: { type: 'boolean' },
  import: { type: 'string', multiple: true },
} as const;

/**
 * The options, and one path for each of `names`.
 * @throws if an option is unknown or has no value, or the number of paths is wrong.
 */
export function parse<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  names: string[],
  options: Options,
) {
  const { values, positionals } = parseArguments({
    args,
    options: { ...options, ...COMMON },
    allowPositionals: true,
  });
  if (positionals.length === names.length) return { paths: positionals, values };
  const got = positionals.join(' ') || 'none';
  throw new Error(`the arguments must be ${names.join(' ')}, got ${got}. See --help.`);
}
