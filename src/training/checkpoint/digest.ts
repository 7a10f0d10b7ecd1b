import { util } from '@tensorflow/tfjs-core';
import { isPlainObject } from '../../topology/plain_object';

/** CRC-32 of each byte, with the polynomial of zlib and PNG. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let bits = byte;
  for (let i = 0; i < 8; i++) bits = bits & 1 ? (bits >>> 1) ^ 0xedb88320 : bits >>> 1;
  return bits;
});

/**
 * A digest of values that can be written as JSON and of bytes, as 8 hexadecimal digits. It finds damage, and
 * a mix of two saves. It is no protection from someone who changes a checkpoint on purpose.
 */
export function digestOf(values: unknown, bytes: Uint8Array): string {
  const crc = ~crc32(crc32(-1, util.encodeString(canonicalJson(values))), bytes);
  return (crc >>> 0).toString(16).padStart(8, '0');
}

function crc32(start: number, bytes: Uint8Array): number {
  let crc = start;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return crc;
}

/** JSON with the keys of objects in one order: some databases store them in another one. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isPlainObject(part) ? Object.fromEntries(Object.entries(part).sort(byName)) : part,
  );
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
