import { createHash } from 'node:crypto';
import { argumentError } from '../../errors';

/** SHA-256 digests in hexadecimal, by the names of the files in a folder. */
export type Digests = Readonly<Record<string, string>>;

const DIGEST = /^[0-9a-f]{64}$/;
const WEIGHTS_NAME = /^weights-([0-9a-f]{16})\.bin$/;

/** A hash takes less than 2 GiB at once. */
const PIECE = 2 ** 30;

export function sha256(content: Uint8Array): string {
  const hash = createHash('sha256');
  for (let at = 0; at < content.length; at += PIECE) hash.update(content.subarray(at, at + PIECE));
  return hash.digest('hex');
}

/** The name of a file of weights, which its content gives: another content never replaces it. */
export function weightsName(digest: string): string {
  return `weights-${digest.slice(0, 16)}.bin`;
}

/** Whether `folder` gives such names. */
export function isWeightsName(name: string): boolean {
  return WEIGHTS_NAME.test(name);
}

/**
 * The text of model.json with the digests of the files of weights, and of all of model.json but the digests
 * themselves. The entry `sha256` stands beside `modelTopology`, where other readers overlook it.
 */
export function withDigests(model: object, weights: Digests): string {
  return JSON.stringify({ ...model, sha256: { 'model.json': digestOfModel(model), ...weights } });
}

/** Spaces and the form of numbers do not count: the digest is that of the values. */
function digestOfModel(model: object): string {
  return sha256(Buffer.from(JSON.stringify(model)));
}

/**
 * The digests in model.json, which itself is checked; undefined if it has none, as those of other writers.
 * @param file the name of model.json, which may have been given another one.
 * @throws an error that names `where` if it is not what was saved.
 */
export function checkedDigests(model: object, file: string, where: string): Digests | undefined {
  const { sha256: digests, ...rest } = model as { sha256?: unknown };
  if (digests === undefined) return undefined;
  if (!areDigests(digests)) {
    const expected = 'an object of SHA-256 digests in hexadecimal';
    throw argumentError(where, `sha256 in ${file}`, expected, digests);
  }
  const { 'model.json': expected } = digests;
  const actual = digestOfModel(rest);
  if (actual !== expected) {
    const remedy = `of SHA-256 digest ${expected}, or without the entry sha256 if it was edited`;
    throw damaged(file, remedy, actual, where);
  }
  return digests;
}

/** @throws an error that names `where` and the file, if its content is not what was saved. */
export function checkContent(
  file: string,
  content: Uint8Array,
  digests: Digests | undefined,
  where: string,
): void {
  const [, named] = WEIGHTS_NAME.exec(file) ?? [];
  if (digests == null && named == null) return;
  const actual = sha256(content);
  if (named != null && !actual.startsWith(named)) {
    throw damaged(file, 'of a SHA-256 digest that begins as its name says', actual, where);
  }
  if (digests != null) checkDigest(file, actual, digests, where);
}

const DAMAGED = 'it is damaged, or was changed after it was saved';

function checkDigest(file: string, actual: string, digests: Digests, where: string): void {
  const expected = Object.hasOwn(digests, file) ? digests[file] : undefined;
  if (expected == null) throw damaged(file, 'listed in the entry sha256', undefined, where);
  if (actual !== expected) throw damaged(file, `of SHA-256 digest ${expected}`, actual, where);
}

function damaged(file: string, expected: string, actual: unknown, where: string): Error {
  return argumentError(where, file, `${expected} (${DAMAGED})`, actual);
}

function areDigests(value: unknown): value is Digests {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((digest) => typeof digest === 'string' && DIGEST.test(digest))
  );
}
