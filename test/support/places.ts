import type { FoundPlace, Place } from '../../src/retrieval';

/** Codes [rows, bits / 8]: of few different bytes, so that many distances are equal. */
export function randomCodes(bits: number, rows: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: (rows * bits) / 8 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) & 0b11010011;
  });
}

/** Places with codes of their own and no positions. */
export function randomPlaces(bits: number, count: number): Place[] {
  const codes = randomCodes(bits, count, 1);
  const bytes = bits / 8;
  return Array.from({ length: count }, (_, i) => ({
    id: `place ${i} é`,
    descriptor: codes.subarray(i * bytes, (i + 1) * bytes),
  }));
}

/** The k nearest places of each query, by comparing bit after bit and sorting all. */
export function byPlainLoop(
  places: readonly Place[],
  queries: Uint8Array,
  bits: number,
  k: number,
): FoundPlace[][] {
  const bytes = bits / 8;
  return Array.from({ length: queries.length / bytes }, (_, i) => {
    const query = queries.subarray(i * bytes, (i + 1) * bytes);
    const found = places.map(({ id, descriptor, position }) => ({
      id,
      distance: distanceOf(descriptor, query),
      ...(position != null && { position }),
    }));
    return found.sort((a, b) => a.distance - b.distance).slice(0, k);
  });
}

function distanceOf(a: Uint8Array, b: Uint8Array): number {
  let distance = 0;
  for (let i = 0; i < a.length; i++) {
    for (let differing = a[i] ^ b[i]; differing > 0; differing >>= 1) distance += differing & 1;
  }
  return distance;
}
