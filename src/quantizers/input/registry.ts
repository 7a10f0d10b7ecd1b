import type { InputQuantizer } from './input_quantizer';
import { int8 } from './int8';
import { none } from './none';

/** How a layer quantizes its input: `'int8'` (row by row) or `'none'`. */
export type InputQuantizerName = 'int8' | 'none';

const rules: Readonly<Record<InputQuantizerName, InputQuantizer>> = { int8, none };

export const INPUT_QUANTIZER_NAMES = Object.keys(rules) as InputQuantizerName[];

export function inputQuantizer(name: InputQuantizerName): InputQuantizer {
  return rules[name];
}
