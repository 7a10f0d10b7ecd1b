import { Table } from 'console-table-printer';

type Options = Exclude<ConstructorParameters<typeof Table>[0], unknown[] | undefined>;

/** A table for the terminal; without colors where the output goes to a file or a program. */
export function newTable(options: Options): Table {
  return new Table({ ...options, shouldDisableColors: !process.stdout.isTTY });
}
