import { packedShape } from './int2';

/** Bytes of the codes 2222, 0000, 1111, and of mixtures that hold each code at each of the four places. */
const BYTES = [0xaa, 0x00, 0x55, 0x64, 0x92, 0x18];

/** Packed words of a kernel that holds every weight at every place, the same in every run: to try engines on. */
export function everyCode(inFeatures: number, units: number): Int32Array {
  const [rows, wordsPerRow] = packedShape(inFeatures, units);
  const words = new Int32Array(rows * wordsPerRow);
  const bytes = new Uint8Array(words.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = BYTES[(i * 7 + (i >> 3)) % BYTES.length]!;
  return words;
}
