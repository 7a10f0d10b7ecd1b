import { argumentError } from '../../errors';

/** What of a model is not as a checkpoint has it, and what to do. */
export function otherThanSaved(what: string, saved: unknown, actual: unknown): Error {
  const expected = `as saved, ${JSON.stringify(saved)}`;
  const { message } = argumentError('loadCheckpoint', what, expected, actual);
  return new Error(`${message} Build the model by the code that built the one that was saved.`);
}

/** @throws if a number of things is another than that saved. */
export function checkCount(what: string, saved: number, actual: number): void {
  if (saved !== actual) throw otherThanSaved(what, saved, actual);
}
