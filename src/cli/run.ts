import { version } from '../../package.json';
import type { Command } from './command';
import { HELP, SERVE_HELP } from './help';

/** Loads each command when it is called: TensorFlow.js takes time to load, and may not be installed. */
const COMMANDS = new Map<string | undefined, () => Promise<{ run: Command }>>([
  ['convert', () => import('./convert')],
  ['summary', () => import('./summary')],
  ['deploy', () => import('./deploy')],
  ['verify', () => import('./verify')],
  ['serve', () => import('./serve')],
]);

/** The exit code, and what is to be printed: on stderr with code 2, which is for errors. */
export interface Answer {
  readonly code: 0 | 1 | 2;
  readonly text: string;
}

/** Runs the command with its arguments. It does not throw. */
export async function runCommand(args: string[]): Promise<Answer> {
  try {
    return await answerTo(args);
  } catch (error) {
    return { code: 2, text: `Error: ${(error as Error).message}` };
  }
}

async function answerTo(args: string[]): Promise<Answer> {
  const [name, ...rest] = args;
  if (args.includes('--help') || args.includes('-h')) {
    return { code: 0, text: name === 'serve' ? SERVE_HELP : HELP };
  }
  if (name === '--version') return { code: 0, text: version };
  const command = COMMANDS.get(name);
  if (command == null) {
    const names = [...COMMANDS.keys()].join(', ');
    throw new Error(`the command must be one of ${names}, got ${name ?? 'none'}. See --help.`);
  }
  const { run } = await command();
  const { result, lines, failed } = await run(rest);
  const text = args.includes('--json') ? toJson(result) : lines.join('\n');
  return { code: failed ? 1 : 0, text };
}

/** JSON has no infinity and no NaN: this writes them as strings. */
function toJson(result: object): string {
  const replacer = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify(result, replacer, 2);
}
