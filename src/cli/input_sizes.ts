import type { LayersModel } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { fixedBatchSize } from '../topology/batch_size';

/** What is computed at least, where `--rows` does not say it. */
const ROWS = 32;

/** An input of so many values takes 400 MB. */
const MOST_VALUES = 1e8;

/** What the command line says of the inputs to try. */
export interface InputOptions {
  readonly rows: number | undefined;
  /** One for each input of the model, without the batch. */
  readonly shapes: number[][] | undefined;
}

/** @throws if `--rows` is not a positive integer, or a `--shape` is no list of them. */
export function inputOptions(rows: string | undefined, shapes: string[] | undefined): InputOptions {
  if (rows != null && !isSize(rows)) refuse('--rows', 'a positive integer', rows);
  return {
    rows: rows == null ? undefined : Number(rows),
    shapes: shapes?.map(
      (shape) =>
        shapeIn(shape) ?? refuse('--shape', 'sizes without the batch, as in 64,64,3', shape),
    ),
  };
}

/** The shape that a text like "64,64,3" stands for; undefined if it is none. */
export function shapeIn(text: string): number[] | undefined {
  const sizes = text === '' ? [] : text.split(',');
  return sizes.every(isSize) ? sizes.map(Number) : undefined;
}

function isSize(text: string): boolean {
  return /^[1-9]\d*$/.test(text) && Number.isSafeInteger(Number(text));
}

/**
 * The shapes of the inputs to try on a model, batch first.
 * @param path of the model, for errors.
 * @throws if the options do not fit the model, or leave a size open.
 */
export function inputShapes(model: LayersModel, path: string, options: InputOptions): number[][] {
  const rows = rowsFor(model, path, options.rows);
  const { shapes } = options;
  if (shapes != null && shapes.length !== model.inputs.length) {
    const expected = `given once for each of the ${model.inputs.length} inputs of ${path}`;
    refuse('--shape', expected, `${shapes.length} of them`);
  }
  return model.inputs.map(({ name, shape }, i) => {
    const sizes = sizesOf(shape.slice(1), shapes?.[i], `input "${name}" of ${path}`);
    const values = sizes.reduce((product, size) => product * size, rows);
    if (values <= MOST_VALUES) return [rows, ...sizes];
    const expected = `such that input "${name}" of ${path} has at most ${MOST_VALUES} values`;
    return refuse('--rows and --shape', expected, [rows, ...sizes]);
  });
}

function rowsFor(model: LayersModel, path: string, rows: number | undefined): number {
  const batchSize = fixedBatchSize(model);
  if (batchSize == null) return rows ?? ROWS;
  if (batchSize < 1) refuse(`the batch size of ${path}`, 'positive', batchSize);
  if (rows == null) return Math.ceil(ROWS / batchSize) * batchSize;
  if (rows % batchSize === 0) return rows;
  return refuse('--rows', `a multiple of ${batchSize}, the batch size of ${path}`, rows);
}

/** @param sizes that the model fixes, null where it leaves one open. */
function sizesOf(
  sizes: Array<number | null>,
  given: number[] | undefined,
  input: string,
): number[] {
  const shown = JSON.stringify(sizes);
  if (given == null) {
    if (sizes.every((size) => size != null)) return sizes;
    return refuse('--shape', `given for ${input}, which leaves sizes open: ${shown}`, 'none');
  }
  const fits =
    given.length === sizes.length && sizes.every((size, i) => (size ?? given[i]) === given[i]);
  if (fits) return given;
  return refuse('--shape', `${shown} for ${input} (null is open)`, given);
}

function refuse(argument: string, expected: string, actual: unknown): never {
  throw argumentError('tfjs-bitcore', argument, expected, actual);
}
