import { Command } from 'commander';
import { numberBetween } from '../../support/number_between';

export interface PageOptions {
  readonly out: string;
  readonly seed: number;
  readonly port: number;
}

/** The options of the command line; prints what is wrong, or the help, and ends the process. */
export function parseOptions(args: string[]): PageOptions {
  return new Command('npm run example:places:page --')
    .description(
      'Serves a page that finds places in the browser, by the ternary net of `npm run example:places`.',
    )
    .option('--out <folder>', 'the folder of `npm run example:places`', 'models/places')
    .option('--seed <number>', 'of the city and the net', numberBetween(0), 1)
    .option('--port <number>', '0: any free one', numberBetween(0, 65_535), 8502)
    .parse(args, { from: 'user' })
    .opts<PageOptions>();
}
