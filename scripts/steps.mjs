// What the scripts here share: progress lines, running a command, and errors without a stack.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A progress line, with the seconds since the script's start. */
export function say(message) {
  const seconds = Math.round(performance.now() / 1000);
  console.log(`${String(seconds).padStart(4)} s  ${message}`);
}

/** An error whose message tells all there is to know: printed without a stack. */
export class Refusal extends Error {}

/**
 * Runs a command and returns what it wrote to standard output.
 * @throws Refusal naming the command, with all it wrote, if it fails or takes longer than `seconds`.
 */
export function run(command, args, { seconds = 600, ...options } = {}) {
  const result = tryRun(command, args, { seconds, ...options });
  if (result.ok) return result.stdout;
  throw new Refusal(`${[command, ...args].join(' ')}: ${result.why}\n${result.output}`.trimEnd());
}

/** Like `run`, for commands that may fail: {ok, why, stdout, output}. */
export function tryRun(command, args, { seconds = 600, ...options } = {}) {
  const defaults = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28, timeout: seconds * 1000 };
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    ...defaults,
    ...options,
  });
  const failure = error?.message ?? (signal ? `ended by ${signal}` : `exit status ${status}`);
  const output = [stdout, stderr].filter(Boolean).join('\n');
  return { ok: status === 0, why: failure, stdout, output };
}

/** Installs npm packages in a folder of their own, without their install scripts. */
export function npmInstall(folder, ...packages) {
  const quiet = ['--no-package-lock', '--no-audit', '--no-fund'];
  const args = ['install', '--prefix', folder, '--ignore-scripts', ...quiet, ...packages];
  run('npm', args, { cwd: folder, shell: process.platform === 'win32' });
}

/** Runs a script's steps; a Refusal is told in a few lines, anything else with its stack. */
export async function main(name, steps) {
  try {
    await steps();
  } catch (error) {
    console.error(`\n${name} failed: ${error instanceof Refusal ? error.message : error.stack}`);
    process.exitCode = 1;
  }
}
