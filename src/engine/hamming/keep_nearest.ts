/**
 * Sorts pairs of a row and its distance by distance, those of one distance in the order that they have, and keeps the
 * first k. There are few distances, so it counts how often each occurs.
 *
 * @param pairs [count, 2] and more; the first pairs are replaced by those that are kept.
 * @param bits the largest distance.
 * @returns how many are kept.
 */
export function keepNearest(pairs: Int32Array, count: number, k: number, bits: number): number {
  const places = placesByDistance(pairs, count, bits);
  const kept = Math.min(count, k);
  const sorted = new Int32Array(2 * kept);
  for (let i = 0; i < 2 * count; i += 2) {
    const place = places[pairs[i + 1]!]!++;
    if (place >= kept) continue;
    sorted[2 * place] = pairs[i]!;
    sorted[2 * place + 1] = pairs[i + 1]!;
  }
  pairs.set(sorted);
  return kept;
}

/** Where the first pair of each distance belongs. */
function placesByDistance(pairs: Int32Array, count: number, bits: number): Int32Array {
  const places = new Int32Array(bits + 2);
  for (let i = 0; i < 2 * count; i += 2) places[pairs[i + 1]! + 1]!++;
  for (let distance = 1; distance <= bits; distance++) places[distance]! += places[distance - 1]!;
  return places;
}
