#!/usr/bin/env node
import { runCommand } from './run';

/** Node ends with 0 when nothing is left to wait for, also where the command has not ended. */
function sayUnended(): void {
  process.exitCode = 2;
  console.error('Error: a file of --import waits for something that never comes.');
}

process.once('beforeExit', sayUnended);
void runCommand(process.argv.slice(2)).then(({ code, text }) => {
  process.off('beforeExit', sayUnended);
  if (code === 2) console.error(text);
  else console.log(text);
  process.exitCode = code;
});
