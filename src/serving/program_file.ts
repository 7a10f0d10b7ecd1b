import { join } from 'node:path';

/** A program that the server starts. The build puts it beside the code of the server. */
export function programFile(name: 'thread' | 'worker'): string {
  return join(__dirname, `serving_${name}.js`);
}
