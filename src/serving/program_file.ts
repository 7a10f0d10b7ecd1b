import { join } from 'node:path';

/** A program that the server starts. The build puts it beside the code of the server. */
export function programFile(name: 'thread' | 'worker'): string {
  return join(__dirname, `serving_${name}.js`);
}

/** Node's options of this program, but for one that Node refuses where the program is a file. */
export function execArgvOfFiles(): string[] {
  return process.execArgv.filter((argument) => !argument.startsWith('--input-type'));
}
