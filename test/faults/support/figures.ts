import { writeSync } from 'node:fs';

/** Prints a figure that the tests have measured, outside of Jest's own report of the console. */
export function printFigure(text: string): void {
  writeSync(process.stderr.fd, `  ${text}\n`);
}
