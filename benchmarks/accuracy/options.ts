import { Command, Option } from 'commander';
import { FASHION_FOLDER, type ImageSet } from '../../examples/support/images';
import { numberBetween } from '../../examples/support/number_between';
import { QUANTIZERS, RECIPES, type Recipe } from './recipes';

/** Of linear layers, or of convolutions. */
export type NetName = 'mlp' | 'cnn';

export interface Options {
  readonly net: NetName;
  readonly data: ImageSet;
  readonly quantizers: readonly string[];
  readonly recipes: readonly Recipe[];
  /** Where the student's weights come from: random numbers, or a float net trained before. */
  readonly from: 'scratch' | 'float';
  readonly seeds: number;
  readonly epochs: number;
  /** Examples trained on, the first ones; undefined: all. */
  readonly examples?: number;
  readonly backend?: string;
  /** JSON lines of finished runs. */
  readonly results: string;
  /** Folder of accuracy.md and accuracy.svg. */
  readonly out: string;
  readonly fashionFolder: string;
}

/** The options of the command line; prints what is wrong, or the help, and ends the process. */
export function parseOptions(args: string[]): Options {
  const names = Object.keys(QUANTIZERS);
  return new Command('npm run reproduce --')
    .description(
      'Trains nets by each quantizer and writes their accuracy; goes on where it stopped.',
    )
    .addOption(
      new Option('--net <name>', 'linear layers, or convolutions')
        .choices(['mlp', 'cnn'])
        .default('mlp'),
    )
    .addOption(new Option('--data <name>').choices(['mnist', 'fashion']).default('mnist'))
    .addOption(new Option('--quantizers <names...>').choices(names).default(names, 'all'))
    .addOption(new Option('--recipes <names...>').choices(RECIPES).default(['plain']))
    .addOption(
      new Option('--from <start>', 'train from random weights, or on from the float net')
        .choices(['scratch', 'float'])
        .default('scratch'),
    )
    .option('--seeds <number>', 'runs of each, with the seeds 1, 2, ...', numberBetween(1), 3)
    .option('--epochs <number>', 'epochs of each run', numberBetween(1), 10)
    .option('--examples <number>', 'train on the first ones (default: all)', numberBetween(1))
    .addOption(
      new Option('--backend <name>', 'default: the fastest installed').choices([
        'tensorflow',
        'wasm',
        'cpu',
      ]),
    )
    .option('--results <file>', 'where finished runs are kept', '.cache/accuracy.jsonl')
    .option('--out <folder>', 'where accuracy.md and accuracy.svg go', 'docs')
    .option('--fashion-folder <folder>', 'where Fashion-MNIST is', FASHION_FOLDER)
    .parse(args, { from: 'user' })
    .opts<Options>();
}
