import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { present } from '../../support/present';

const ROOT = join(__dirname, '../../..');

/** A server in a process of its own, as on the command line. */
export interface ServerProcess {
  readonly url: string;
  readonly process: ChildProcess;
  /** All that it has printed. */
  output(): string;
  /** Sends a signal, and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<ChildProcess>();

/** For what a failed test leaves behind. */
export function endAllServers(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts `tfjs-bitcore serve ARGS` of dist/ on any free port; resolves when it listens. */
export function startServer(...args: string[]): Promise<ServerProcess> {
  return startServerIn({}, ...args);
}

/** The same, with some environment variables more. */
export async function startServerIn(
  environment: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<ServerProcess> {
  const { child, output, ended } = launch(['--port', '0', ...args], environment);
  const signs = [/\/metrics\n/, ...(args.includes('--workers') ? [/workers are ready/] : [])];
  while (!signs.every((sign) => sign.test(output()))) {
    const event = await Promise.race([once(child.stdout, 'data'), ended]);
    if (event === (await settled(ended))) throw new Error(`The server ended:\n${output()}`);
  }
  const [, url] = present(/(http:\/\/\S+)\/metrics\n/.exec(output()));
  const end = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  };
  return { url, process: child, output, end };
}

/** Starts a server that is expected to end by itself. */
export async function runServer(...args: string[]): Promise<Ended & { output: string }> {
  const { output, ended } = launch(args);
  return { ...(await ended), output: output() };
}

function launch(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['dist/cli.js', 'serve', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
  });
  running.add(child);
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const output = () => Buffer.concat(chunks).toString();
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    running.delete(child);
    return { code, signal };
  });
  return { child, output, ended };
}

/** The value of a promise that is resolved already, else undefined. */
function settled<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, Promise.resolve(undefined)]);
}

/** The process ids of a server's workers. */
export async function workersOf(server: ServerProcess): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args=']);
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .filter(
      ([, , parent, args]) =>
        Number(parent) === server.process.pid && args.includes('serving_worker.js'),
    )
    .map(([, pid]) => Number(pid));
}
