import type { TensorSpec } from './signature';

/** Values of one input or output for some rows, row by row. */
export interface Values {
  readonly data: Float32Array | Int32Array;
  /** Shape of one row. */
  readonly shape: readonly number[];
}

/** Rows of a batch, or of one request: the values of each input, or of each output. */
export interface Rows {
  readonly count: number;
  readonly tensors: readonly Values[];
}

/** A JSON value of a tensor: a number, or nested lists of numbers. */
export type Nested = number | string | readonly Nested[];

/** A body that cannot be read, or does not fit the model. */
export class BadBody extends Error {}

/**
 * The values of one input from JSON.
 * @param rows one value for each row, as the schema of `spec` allows.
 * @throws BadBody if rows differ in a size that the model leaves open.
 */
export function flatten(rows: readonly Nested[], spec: TensorSpec): Values {
  const shape = shapeOf(rows[0]!);
  const size = sizeOf(shape);
  const data = new (spec.dtype === 'int32' ? Int32Array : Float32Array)(rows.length * size);
  for (const [i, row] of rows.entries()) {
    if (!fill(data, i * size, row, shape)) {
      throw new BadBody(
        `Rows of "${spec.name}" must have one shape: row 0 has ${JSON.stringify(shape)}, ` +
          `row ${i} does not.`,
      );
    }
  }
  return { data, shape };
}

function shapeOf(value: Nested): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0] as Nested)] : [];
}

/** False if a list has another length than `shape` says. */
function fill(
  data: Values['data'],
  offset: number,
  value: Nested,
  [length, ...inner]: readonly number[],
): boolean {
  if (length === undefined) {
    data[offset] = Number(value); // also of the strings "NaN" and "Infinity"
    return true;
  }
  const list = value as readonly Nested[];
  if (list.length !== length) return false;
  if (inner.length === 0) {
    for (let i = 0; i < length; i++) data[offset + i] = Number(list[i]);
    return true;
  }
  const size = sizeOf(inner);
  return list.every((element, i) => fill(data, offset + i * size, element, inner));
}

/** JSON of each row. JSON has no NaN and no infinity: they are strings, as in proto3. */
export function nest({ data, shape }: Values, count: number): Nested[] {
  const numbers: Nested[] = data.every(Number.isFinite)
    ? [...data]
    : Array.from(data, (value) => (Number.isFinite(value) ? value : String(value)));
  let nested = numbers;
  for (const length of [...shape].reverse()) {
    nested = Array.from({ length: nested.length / length }, (_, i) =>
      nested.slice(i * length, (i + 1) * length),
    );
  }
  return nested.slice(0, count);
}

/** All rows of several requests whose rows have the same shapes. */
export function join(parts: readonly Rows[]): Rows {
  if (parts.length === 1) return parts[0]!;
  const count = parts.reduce((total, part) => total + part.count, 0);
  const tensors = parts[0]!.tensors.map(({ data, shape }, t) => {
    const joined = new (data.constructor as Float32ArrayConstructor)(count * sizeOf(shape));
    let offset = 0;
    for (const part of parts) {
      joined.set(part.tensors[t]!.data, offset);
      offset += part.tensors[t]!.data.length;
    }
    return { data: joined, shape };
  });
  return { count, tensors };
}

/** Some of the rows. */
export function slice({ tensors }: Rows, start: number, count: number): Rows {
  const cut = tensors.map(({ data, shape }) => {
    const size = sizeOf(shape);
    return { data: data.subarray(start * size, (start + count) * size), shape };
  });
  return { count, tensors: cut };
}

/** The rows in parts of at most `most`. */
export function split(rows: Rows, most: number): Rows[] {
  return Array.from({ length: Math.ceil(rows.count / most) }, (_, i) =>
    slice(rows, i * most, Math.min(most, rows.count - i * most)),
  );
}

/** The rows, and copies of the first one after them: values that the model can take. */
export function padded(rows: Rows, count: number): Rows {
  const first = slice(rows, 0, 1);
  return join([rows, ...Array.from({ length: count - rows.count }, () => first)]);
}

/** Equal for rows that can be joined. */
export function shapeKey({ tensors }: Rows): string {
  return JSON.stringify(tensors.map(({ shape }) => shape));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
