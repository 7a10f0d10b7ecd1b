import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

/** The real server of examples/serve, in a process of its own. */
export interface Server {
  readonly url: string;
  /** Ends it as its user would. @returns its exit code. */
  stop(): Promise<number>;
}

/** Resolves when it listens. @throws with all it printed, if it ends before. */
export async function startServer(model: string, ...options: string[]): Promise<Server> {
  const args = ['--import', 'tsx', 'examples/serve/main.ts', '--port', '0', '--model', model];
  const child = spawn(process.execPath, [...args, ...options], { cwd: ROOT });
  const ended = once(child, 'exit') as Promise<[number]>;
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer) => {
      printed += text.toString();
      const [found] = /http:\S+(?=\/metrics\n)/.exec(printed) ?? [];
      if (found != null) resolve(`${found}/`);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => reject(new Error(`The server ended:\n${printed}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    return (await ended)[0];
  };
  return { url, stop };
}
