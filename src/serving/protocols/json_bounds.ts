import type { Signature, TensorSpec } from '../model/signature';
import { BadBody } from './bad_body';

/**
 * The most that the JSON of a body may hold. `JSON.parse` needs much more time and memory for lists and
 * objects than for as many bytes of numbers, so they are counted before it runs.
 */
export interface JsonBounds {
  /** Lists and objects within each other. */
  readonly depth: number;
  readonly objects: number;
  readonly lists: number;
  /** Names of values in objects. */
  readonly names: number;
  readonly values: number;
}

/** Twice what a body can need, so that one that is a little too large is told exactly what is wrong. */
const MARGIN = 2;
const FEW = 64;

/**
 * What the bodies of a model can need: an object for each row, as in `instances`, or two objects for each tensor, with
 * its name, shape, datatype, data and parameters. Sizes that the model leaves open are bounded by the bytes alone.
 */
export function boundsOf({ inputs, outputs }: Signature, maxRows: number): JsonBounds {
  const most = (count: number) => MARGIN * count + FEW;
  const tensors = inputs.length + outputs.length;
  const sum = (of: (spec: TensorSpec) => number) =>
    inputs.reduce((total, spec) => total + of(spec), 0);
  return {
    depth: most(4 + Math.max(...inputs.map(({ shape }) => shape.length))),
    objects: most(Math.max(maxRows, 2 * tensors)),
    lists: most(maxRows * sum(listsIn) + inputs.length),
    names: most(Math.max(maxRows * inputs.length, 6 * tensors)),
    values: most(maxRows * sum(({ shape }) => product(shape)) + sum(({ shape }) => shape.length)),
  };
}

/** Lists in one row, with one more that may hold the rows. */
function listsIn({ shape }: TensorSpec): number {
  return shape.reduce<number>((lists, _, i) => lists + product(shape.slice(0, i)), 1);
}

function product(shape: ReadonlyArray<number | null>): number {
  return shape.reduce<number>((size, length) => size * (length ?? Infinity), 1);
}

const at = (character: string) => character.charCodeAt(0);
const [QUOTE, ESCAPE, OPEN_LIST, CLOSE_LIST] = ['"', '\\', '[', ']'].map(at);
const [OPEN_OBJECT, CLOSE_OBJECT, COMMA, COLON] = ['{', '}', ',', ':'].map(at);

/**
 * Counts, in one pass over the bytes. It stops at the first bound that is passed.
 * @throws BadBody if there is more than the bounds allow.
 */
export function checkJsonBounds(bytes: Uint8Array, bounds: JsonBounds): void {
  let [depth, objects, lists, names, commas] = [0, 0, 0, 0, 0];
  const check = (what: string, count: number, most: number) => {
    if (count > most) {
      throw new BadBody(`The body must have at most ${most} ${what} for this model, got more`);
    }
  };
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]!) {
      case QUOTE:
        i = endOfString(bytes, i);
        break;
      case OPEN_OBJECT:
        check('objects', ++objects, bounds.objects);
        check('lists and objects within each other', ++depth, bounds.depth);
        break;
      case OPEN_LIST:
        check('lists', ++lists, bounds.lists);
        check('lists and objects within each other', ++depth, bounds.depth);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        depth--;
        break;
      case COLON:
        check('names', ++names, bounds.names);
        break;
      case COMMA:
        // Each comma ends a value, a list or an object.
        check('values', ++commas, bounds.values + bounds.lists + bounds.objects);
        break;
    }
  }
}

/** The place of the quote that ends a string. */
function endOfString(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === ESCAPE ? 2 : 1;
  return end;
}
