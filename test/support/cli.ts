import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(__dirname, '../../dist/cli.js');

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tfjs-bitcore ARGS` as `npm run build` has made it. */
export function cli(...args: string[]): Answer {
  return runProgram(PROGRAM, args);
}

export function runProgram(program: string, args: string[]): Answer {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

/** TensorFlow.js warns so of layers that are called with states, and saves them all the same. */
const WARNING = /^Layer .* was passed non-serializable keyword arguments.*\n/gm;

/** What a command with `--json` prints, once it has ended with 0 and nothing on stderr. */
export function json(...args: string[]): unknown {
  const { code, stdout, stderr } = cli(...args, '--json');
  expect([code, stderr.replaceAll(WARNING, '')]).toEqual([0, '']);
  return JSON.parse(stdout);
}
