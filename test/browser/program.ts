import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** A server of the repository, in a process of its own. */
export interface Program {
  readonly url: string;
  /** Ends it as its user would. @returns its exit code. */
  stop(): Promise<number>;
}

/**
 * @param address finds the address in what it prints.
 * @throws with all it printed, if it ends before it has printed the address.
 */
export async function startProgram(
  script: string,
  args: readonly string[],
  address: RegExp,
): Promise<Program> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { cwd: ROOT });
  const ended = once(child, 'exit') as Promise<[number]>;
  let printed = '';
  const found = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer) => {
      printed += text.toString();
      const [url] = address.exec(printed) ?? [];
      if (url != null) resolve(url);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => reject(new Error(`The server ended:\n${printed}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    return (await ended)[0];
  };
  return { url: `${found}/`, stop };
}
