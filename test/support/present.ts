/** A value that must be there: a test fails where it is not. */
export function present<T>(value: T | null | undefined): T {
  if (value == null) throw new Error(`Expected a value, got ${value}.`);
  return value;
}
