/** JSON has no NaN and no infinity: they are strings, as in proto3. */
export const NON_FINITE = ['NaN', 'Infinity', '-Infinity'];

export const MAX_FLOAT32 = 3.4028234663852886e38;

export const INT32_RANGE = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

/** Values as they stand in JSON. */
export function jsonNumbers(data: Float32Array | Int32Array): Array<number | string> {
  return data.every(Number.isFinite)
    ? [...data]
    : Array.from(data, (value) => (Number.isFinite(value) ? value : String(value)));
}
