import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { STEM_FILTERS } from '../support/cnn';
import { FASHION_FOLDER, type ImageSet } from '../support/images';
import { numberBetween } from '../support/number_between';

export interface CnnOptions {
  readonly data: ImageSet;
  readonly fashionFolder: string;
  /** Images trained on, the first ones; undefined: all. */
  readonly examples?: number;
  /** Of the stem; the stages have more of them. */
  readonly filters: number;
  readonly epochs: number;
  readonly ternaryEpochs: number;
  /** Whether the ternary net learns from the float one. */
  readonly distill: boolean;
  /** Whether its weights become ternary step by step. */
  readonly schedule: boolean;
  readonly seed: number;
  readonly backend: 'tensorflow' | 'cpu';
  readonly out: string;
  readonly json?: string;
  readonly mobilenet: boolean;
}

/** The options of the command line; prints what is wrong, or the help, and ends the process. */
export function parseOptions(args: string[]): CnnOptions {
  const installed = existsSync(FASHION_FOLDER) ? 'fashion' : 'mnist';
  return new Command('npm run example:cnn --')
    .description(
      'Trains a net of convolutions on images, makes it ternary, trains it on, and packs it; what was stopped ' +
        'continues. With --mobilenet, packs a MobileNet instead.',
    )
    .addOption(new Option('--data <name>').choices(['mnist', 'fashion']).default(installed))
    .option('--fashion-folder <folder>', 'where Fashion-MNIST is', FASHION_FOLDER)
    .option('--examples <number>', 'train on the first ones (default: all)', numberBetween(1))
    .option(
      '--filters <number>',
      'of the stem; 2 and 4 times as many in the stages',
      numberBetween(1),
      STEM_FILTERS,
    )
    .option('--epochs <number>', 'epochs of the float net', numberBetween(1), 6)
    .option('--ternary-epochs <number>', 'epochs of the ternary net', numberBetween(1), 3)
    .option('--distill', 'the ternary net also learns from the float net', false)
    .option('--schedule', 'weights become ternary step by step', false)
    .option('--seed <number>', 'of the first weights and the batches', numberBetween(0), 1)
    .addOption(
      new Option('--backend <name>', 'for training; wasm does not train float convolutions')
        .choices(['tensorflow', 'cpu'])
        .default('tensorflow'),
    )
    .option('--out <folder>', 'where nets are saved, resumed and used again', 'models/cnn')
    .option('--json <file>', 'writes the figures for a program')
    .option('--mobilenet', 'converts a MobileNet with made-up weights, and times it', false)
    .parse(args, { from: 'user' })
    .opts<CnnOptions>();
}
