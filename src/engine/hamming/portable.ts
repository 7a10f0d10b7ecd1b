import type { Nearer } from './microkernels';

/** The function of kernels/hamming.ts in plain JavaScript. Addresses are in bytes from the first of `words`. */
export function portableNearer(words: Int32Array): Nearer {
  return (codes, rows, bytes, query, limit, first, found) => {
    const [width, from] = [bytes >>> 2, query / 4];
    let [at, to] = [codes / 4, found / 4];
    for (let row = 0; row < rows; row++, at += width) {
      const distance = distanceOf(words, at, from, width);
      if (distance >= limit) continue;
      words[to++] = first + row;
      words[to++] = distance;
    }
    return (to - found / 4) / 2;
  };
}

/** Two words at a time: counts of 4 bits have room for both. */
function distanceOf(words: Int32Array, a: number, b: number, width: number): number {
  let distance = 0;
  for (let i = 0; i < width; i += 2) {
    const low = countsOf4(words[a + i]! ^ words[b + i]!);
    const counts = low + countsOf4(words[a + i + 1]! ^ words[b + i + 1]!);
    const ofBytes = (counts & 0x0f0f0f0f) + ((counts >>> 4) & 0x0f0f0f0f);
    distance += Math.imul(ofBytes, 0x01010101) >>> 24;
  }
  return distance;
}

/** How many bits are set in each 4 bits of a word. */
function countsOf4(word: number): number {
  const ofPairs = word - ((word >>> 1) & 0x55555555);
  return (ofPairs & 0x33333333) + ((ofPairs >>> 2) & 0x33333333);
}
