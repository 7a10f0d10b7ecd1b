#!/usr/bin/env node
import type { Command } from './command';
import { HELP } from './help';

/** Loads each command when it is called: TensorFlow.js takes time to load, and may not be installed. */
const COMMANDS = new Map<string | undefined, () => Promise<{ run: Command }>>([
  ['convert', () => import('./convert')],
  ['summary', () => import('./summary')],
  ['deploy', () => import('./deploy')],
  ['verify', () => import('./verify')],
]);

/** @returns the exit code. */
async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  const [name, ...rest] = args;
  const command = COMMANDS.get(name);
  if (command == null) {
    const names = [...COMMANDS.keys()].join(', ');
    throw new Error(`the command must be one of ${names}, got ${name ?? 'none'}. See --help.`);
  }
  const { run } = await command();
  const { result, lines, failed } = await run(rest);
  console.log(args.includes('--json') ? toJson(result) : lines.join('\n'));
  return failed ? 1 : 0;
}

/** JSON has no infinity and no NaN: this writes them as strings. */
function toJson(result: object): string {
  const replacer = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify(result, replacer, 2);
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(`Error: ${error.message}`);
    process.exitCode = 2;
  },
);
