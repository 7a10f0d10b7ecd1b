import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

const UNSIGNED_BYTE = 8;

/**
 * The numbers in a file of MNIST's format IDX, `file` itself or compressed as `file.gz`.
 * @throws if it is missing, or does not hold unsigned bytes of that rank.
 */
export async function readIdx(file: string, rank: number): Promise<Uint8Array> {
  const isPlain = existsSync(file);
  const content = await readFile(isPlain ? file : `${file}.gz`);
  const bytes = isPlain ? content : gunzipSync(content);
  const header = 4 + 4 * rank;
  if (bytes.length < header || bytes.readUInt32BE(0) !== UNSIGNED_BYTE * 256 + rank) {
    throw new Error(`${file}: expected an IDX file of unsigned bytes of rank ${rank}.`);
  }
  let size = 1;
  for (let at = 4; at < header; at += 4) size *= bytes.readUInt32BE(at);
  if (bytes.length === header + size) return bytes.subarray(header);
  throw new Error(`${file}: expected ${size} values, got ${bytes.length - header}.`);
}
