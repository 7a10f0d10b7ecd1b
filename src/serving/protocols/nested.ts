/** A JSON value of a tensor: a number or another simple value, or nested lists of them. */
export type Nested = number | string | boolean | readonly Nested[];

/** The lengths of the first list in each depth. */
export function shapeOf(value: Nested): number[] {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0] as Nested)] : [];
}

/** False if a list has another length than `shape` says, or is missing. It does not look at the simple values. */
export function hasShape(value: Nested, [length, ...inner]: readonly number[]): boolean {
  if (length === undefined) return true;
  if (!Array.isArray(value) || value.length !== length) return false;
  return inner.length === 0 || value.every((element) => hasShape(element as Nested, inner));
}
