import type { InputQuantizer } from './input_quantizer';
import { int8 } from './int8';
import { none } from './none';

const rules = { int8, none } as const satisfies Record<string, InputQuantizer>;

/** How a layer quantizes its input: `'int8'` (row by row) or `'none'`. */
export type InputQuantizerName = keyof typeof rules;

export const INPUT_QUANTIZER_NAMES = Object.keys(rules) as InputQuantizerName[];

export function inputQuantizer(name: InputQuantizerName): InputQuantizer {
  return rules[name];
}
