/*
 * The form of saved places; numbers are little-endian:
 *
 *   8 bytes  a mark
 *   uint32   version, bits, number of places, bytes of the ids
 *   float64  [places, 2], metres to the east and to the north; NaN for none
 *   uint8    [places, bits / 8], the descriptors
 *   UTF-8    the ids, as JSON
 *   32 bytes the digest of all before it
 */

export const MARK = 'BITPLACE';
export const VERSION = 1;
export const HEADER_BYTES = 24;
const POSITION_BYTES = 16;

export interface Header {
  readonly version: number;
  readonly bits: number;
  readonly size: number;
  readonly idBytes: number;
}

/** Addresses in bytes. */
export function layoutOf({ bits, size, idBytes }: Header) {
  const descriptorsAt = HEADER_BYTES + POSITION_BYTES * size;
  const idsAt = descriptorsAt + (bits / 8) * size;
  return { descriptorsAt, idsAt, digestAt: idsAt + idBytes };
}

/** The address of the position of a row. */
export function positionAt(row: number): number {
  return HEADER_BYTES + POSITION_BYTES * row;
}
