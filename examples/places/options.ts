import { join } from 'node:path';
import { Command } from 'commander';
import { numberBetween } from '../support/number_between';

export interface PlacesOptions {
  readonly small: boolean;
  readonly out: string;
  readonly seed: number;
  readonly seeds: number;
  readonly json?: string;
  readonly markdown?: string;
}

/** How much is seen, and how long nets learn. */
export interface Sizes {
  /** Places of the city that nets learn from, and views of each of them. */
  readonly trainingPlaces: number;
  readonly viewsPerPlace: number;
  /**
   * Places of the database; there is a query for each `queryEvery`th of them. It is odd, as places come in four directions,
   * one after the other.
   */
  readonly databasePlaces: number;
  readonly queryEvery: number;
  /** Epochs of the teacher, and of both stages of a student; each has every place once. */
  readonly teacherEpochs: number;
  readonly distillationEpochs: number;
  readonly metricEpochs: number;
  /** Of the sparse student, which has to learn for many sparsities. */
  readonly sparseDistillationEpochs: number;
  readonly sparseMetricEpochs: number;
  /** Places of a batch, and views of each of them. */
  readonly batchPlaces: number;
  readonly batchViews: number;
}

const FULL: Sizes = {
  trainingPlaces: 3000,
  viewsPerPlace: 8,
  databasePlaces: 10_000,
  queryEvery: 5,
  teacherEpochs: 4,
  distillationEpochs: 3,
  metricEpochs: 1,
  sparseDistillationEpochs: 5,
  sparseMetricEpochs: 2,
  batchPlaces: 16,
  batchViews: 4,
};

const SMALL: Sizes = {
  ...FULL,
  trainingPlaces: 1500,
  databasePlaces: 2500,
  queryEvery: 3,
};

export function sizesOf({ small }: PlacesOptions): Sizes {
  return small ? SMALL : FULL;
}

/** Where the views and nets of a seed are. */
export function folderOfSeed(out: string, seed: number): string {
  return join(out, `seed${seed}`);
}

/** The options of the command line; prints what is wrong, or the help, and ends the process. */
export function parseOptions(args: string[]): PlacesOptions {
  return new Command('npm run example:places --')
    .description(
      'Trains nets that find places of a city again, float, ternary and sparse, and compares what they find and ' +
        'the memory that they take. It needs tfjs-node.',
    )
    .option('--small', 'fewer places', false)
    .option(
      '--out <folder>',
      'where views and nets are saved, resumed and used again, in a folder for each seed',
      'models/places',
    )
    .option(
      '--seed <number>',
      'of the cities, the first weights and the batches',
      numberBetween(0),
      1,
    )
    .option(
      '--seeds <number>',
      'repeats it with so many seeds, from --seed on',
      numberBetween(1),
      1,
    )
    .option('--json <file>', 'writes the figures for a program')
    .option('--markdown <file>', 'writes them as a page, with a chart and a picture beside it')
    .parse(args, { from: 'user' })
    .opts<PlacesOptions>();
}
