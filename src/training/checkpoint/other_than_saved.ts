import { argumentError } from '../../errors';

/** An error that says which part of a model differs from the checkpoint, and what to do. */
export function otherThanSaved(
  where: string,
  what: string,
  saved: unknown,
  actual: unknown,
): Error {
  const expected = `as saved, ${JSON.stringify(saved)}`;
  const { message } = argumentError(where, what, expected, actual);
  return new Error(`${message} Build the model with the same code as the one that was saved.`);
}

/** @throws if a number of things differs from the saved one. */
export function checkCount(where: string, what: string, saved: number, actual: number): void {
  if (saved !== actual) throw otherThanSaved(where, what, saved, actual);
}
