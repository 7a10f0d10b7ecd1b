import type { ImageSet } from '../../examples/support/images';
import type { NetName, Options } from './options';
import { isPerPosition, type Recipe } from './recipes';

/** What is trained on, and how long: runs that may be compared have it in common. */
export interface Setting {
  readonly net: NetName;
  readonly data: ImageSet;
  readonly from: Options['from'];
  readonly epochs: number;
  readonly examples: number;
}

export interface Task extends Setting {
  readonly quantizer: string;
  readonly recipe: Recipe;
  readonly seed: number;
}

/** All with the first seed, then all with the next: stopped early, each quantizer has been seen. */
export function plan(options: Options, allExamples: number): Task[] {
  const { net, data, from, epochs } = options;
  const examples = Math.min(options.examples ?? allExamples, allExamples);
  const tasks: Task[] = [];
  for (let seed = 1; seed <= options.seeds; seed++) {
    for (const quantizer of options.quantizers) {
      for (const recipe of options.recipes) {
        tasks.push({ net, data, from, epochs, examples, quantizer, recipe, seed });
      }
    }
  }
  return tasks.filter(isMeant);
}

/**
 * A float net has nothing to quantize, and is not trained on from itself. Only the images of a convolution have
 * positions.
 */
const isMeant = ({ net, quantizer, from, recipe }: Task) =>
  quantizer === 'float'
    ? from === 'scratch' && recipe === 'plain'
    : net === 'cnn' || !isPerPosition(quantizer);

export const titleOf = ({ net, data, from, epochs, examples }: Setting) =>
  `${data === 'mnist' ? 'MNIST' : 'Fashion-MNIST'}, ${net === 'cnn' ? 'net of convolutions, ' : ''}${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} ` +
  `${from === 'float' ? 'on from the float net' : 'from scratch'}, ` +
  `${examples.toLocaleString('en-US')} examples`;
