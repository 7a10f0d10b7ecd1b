import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { nodeProgram } from '../support/processes';
import type { Subject } from './plan';

/** The command `serve` in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** Resident bytes of the serving processes. */
  residentBytes(): Promise<number>;
  stop(): Promise<void>;
}

export async function startServer(
  { kind, backend }: Subject,
  folder: string,
  node: number,
  workers: number,
): Promise<ServerProcess> {
  const options = ['--backend', backend, '--port', '0', '--workers', `${workers}`];
  const args = ['dist/cli.js', 'serve', join(folder, kind), ...options];
  const child = spawn(nodeProgram(node), args, {
    // What TensorFlow and tfjs say at their start is no news.
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  });
  const url = await printedUrl(child.stdout, workers);
  return {
    url,
    residentBytes: async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
    },
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      if (code !== 0) throw new Error(`The server of ${kind} on ${backend} ended with ${code}.`);
    },
  };
}

/** Resolves with the server's address when it, and each of its workers, answers. */
async function printedUrl(output: Readable, workers: number): Promise<string> {
  let url: string | undefined;
  let ready = workers === 1;
  for await (const line of createInterface({ input: output })) {
    url ??= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    ready ||= line.includes('workers are ready');
    if (url != null && ready) {
      output.resume();
      return url;
    }
  }
  throw new Error('A server ended before it listened: see `npm run serve` with the same options.');
}
