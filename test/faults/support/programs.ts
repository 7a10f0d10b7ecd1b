import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts a program of this folder. */
export function start(program: string, ...args: Array<string | number>): ChildProcess {
  return spawn(process.execPath, [join(__dirname, program), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

export async function endOf(program: ChildProcess): Promise<'killed' | 'ended'> {
  const [code, signal] = (await once(program, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return 'killed';
  expect(code).toBe(0);
  return 'ended';
}

/** Runs several at a time: most of a process's life is its start. */
export async function inLanes(count: number, run: (index: number, lane: string) => Promise<void>) {
  let next = 0;
  const go = async (lane: string) => {
    while (next < count) await run(next++, lane);
  };
  await Promise.all(['a', 'b', 'c'].map(go));
}
