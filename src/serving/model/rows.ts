/** The numbers of a tensor. */
export type Data = Float32Array | Int32Array;

/** Values of one input or output for some rows, row by row. */
export interface Values {
  readonly data: Data;
  /** Shape of one row. */
  readonly shape: readonly number[];
}

/** Rows of a batch, or of one request: the values of each input, or of each output. */
export interface Rows {
  readonly count: number;
  readonly tensors: readonly Values[];
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

/** Zeros of a type of numbers. */
export function zerosOf(dtype: 'float32' | 'int32', count: number): Data {
  return new (dtype === 'int32' ? Int32Array : Float32Array)(count);
}
