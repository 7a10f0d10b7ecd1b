import { exponential, exponential32 } from '../exponential';
import type { Attention } from './attention';

/*
 * In each head, for each query and the keys that it sees:
 *
 *     score = (q . k) * scale - slope * distance,  weight = e^(score - largest score)
 *     y = (sum of weight * v) * (1 / sum of weight), rounded to float32
 *
 * A query that sees no key gives zeros. The keys come in blocks of 32, from the first on; a key that the mask hides
 * is in no block, as if it did not exist. Products, weights and the sums of a block are float32, what is kept from
 * block to block is float64. The largest score is that of the blocks so far. Where a block raises it, the sums are
 * multiplied by e^(largest before - largest now).
 *
 * Two rules keep the error small for all numbers, for an error of a score is the relative error of its weight. A
 * block has its scores in float64 if the size of one (q . k) * scale is above 16, or NaN, or if all its scores are
 * below -16. A block whose sums of weight * v are huge, tiny or NaN has them in float64, where they neither overflow
 * nor lose bits.
 *
 * Orders, which kernels/ has too: q . k in float32 and the weights of a block are summed in four sums, of each fourth
 * number; the first and the third sum are added, the second and the fourth, then both. q . k in float64 sums the products
 * at even and at odd places, then both sums are added, then an unpaired last product. The sums of weight * v take
 * the keys one by one.
 */

const BLOCK = 32;
const MOST_SCORE = 16;
const [LEAST_SUM, MOST_SUM] = [2 ** -80, 2 ** 100];

// Looking up a global is slow where Jest runs tests.
const { fround } = Math;

export function attendPortable(attention: Attention, y: Float32Array): void {
  const { mask, sizes } = attention;
  for (let example = 0; example < sizes.examples; example++) {
    const visible: number[] = [];
    for (let key = 0; key < sizes.keys; key++) {
      if (mask?.[example * sizes.keys + key] !== 0) visible.push(key);
    }
    for (let head = 0; head < sizes.heads; head++) {
      for (let query = 0; query < sizes.queries; query++) {
        new Query(attention, example, head, query).attend(visible, y);
      }
    }
  }
}

class Query {
  private readonly scores = new Float64Array(BLOCK);
  private readonly weights = new Float32Array(BLOCK);
  private readonly blockSums: Float32Array;
  private readonly sums: Float64Array;
  // Not -Infinity, whose difference to a score of -Infinity would be NaN.
  private largest = -Number.MAX_VALUE;
  private sum = 0;
  private readonly position: number;
  private readonly scale: number;
  private readonly slope: number;
  private readonly lanes = new Float32Array(4);

  constructor(
    private readonly attention: Attention,
    private readonly example: number,
    private readonly head: number,
    private readonly query: number,
  ) {
    const { queries, keys, valueWidth } = attention.sizes;
    this.blockSums = new Float32Array(valueWidth);
    this.sums = new Float64Array(valueWidth);
    this.position = query + keys - queries;
    this.scale = fround(attention.sizes.scale);
    this.slope = attention.slopes?.[head] ?? 0;
  }

  attend(keys: number[], y: Float32Array): void {
    const { keys: all, causal } = this.attention.sizes;
    const last = causal ? this.position : all - 1;
    let seen = 0;
    while (seen < keys.length && keys[seen]! <= last) seen++;
    for (let from = 0; from < seen; from += BLOCK) {
      this.addBlock(keys.slice(from, Math.min(from + BLOCK, seen)));
    }
    const inverse = seen === 0 ? 0 : 1 / this.sum;
    const at = this.queryAt(this.sums.length);
    for (let i = 0; i < this.sums.length; i++) y[at + i] = this.sums[i]! * inverse;
  }

  private addBlock(keys: number[]): void {
    const { scores, weights, lanes } = this;
    if (!this.score32(keys)) this.score64(keys);
    this.raiseTo(keys.reduce((largest, _, i) => Math.max(largest, scores[i]!), -Infinity));
    weights.fill(0);
    keys.forEach((_, i) => (weights[i] = exponential32(fround(scores[i]! - this.largest))));
    lanes.fill(0);
    for (let i = 0; i < BLOCK; i++) lanes[i & 3]! += weights[i]!;
    this.sum += sumOfLanes(lanes);
    this.addValues(keys);
  }

  /** Returns false if float32 is not exact enough. */
  private score32(keys: number[]): boolean {
    const { scale, slope } = this;
    let largest = -Infinity;
    const fit = keys.every((key, i) => {
      const product = fround(this.product32(key) * scale);
      const cost = slope === 0 ? 0 : fround(slope * fround(this.position - key));
      const score = fround(product - cost);
      largest = Math.max(largest, score);
      this.scores[i] = score;
      return Math.abs(product) <= MOST_SCORE;
    });
    return fit && largest >= -MOST_SCORE;
  }

  private score64(keys: number[]): void {
    const { scale, slope, position } = this;
    for (const [i, key] of keys.entries()) {
      const product = this.product64(key) * scale;
      this.scores[i] = slope === 0 ? product : product - slope * (position - key);
    }
  }

  /** Where the query begins in rows of a width. */
  private queryAt(width: number): number {
    const { heads, queries } = this.attention.sizes;
    return ((this.example * queries + this.query) * heads + this.head) * width;
  }

  /** Where a key begins in rows of a width. */
  private keyAt(key: number, width: number): number {
    const { heads, keys } = this.attention.sizes;
    return ((this.example * keys + key) * heads + this.head) * width;
  }

  private product32(key: number): number {
    const { lanes } = this;
    const { q, k, sizes } = this.attention;
    const [qAt, kAt] = [this.queryAt(sizes.keyWidth), this.keyAt(key, sizes.keyWidth)];
    lanes.fill(0);
    for (let i = 0; i < sizes.keyWidth; i++) lanes[i & 3]! += fround(q[qAt + i]! * k[kAt + i]!);
    return sumOfLanes(lanes);
  }

  private product64(key: number): number {
    const { q, k, sizes } = this.attention;
    const [qAt, kAt] = [this.queryAt(sizes.keyWidth), this.keyAt(key, sizes.keyWidth)];
    let [even, odd] = [0, 0];
    const pairs = sizes.keyWidth & ~1;
    for (let i = 0; i < pairs; i += 2) {
      even += q[qAt + i]! * k[kAt + i]!;
      odd += q[qAt + i + 1]! * k[kAt + i + 1]!;
    }
    const sum = even + odd;
    return sizes.keyWidth > pairs ? sum + q[qAt + pairs]! * k[kAt + pairs]! : sum;
  }

  private raiseTo(largest: number): void {
    if (largest <= this.largest) return;
    const factor = exponential(this.largest - largest);
    this.largest = largest;
    this.sum *= factor;
    for (let i = 0; i < this.sums.length; i++) this.sums[i]! *= factor;
  }

  private addValues(keys: number[]): void {
    const { blockSums, sums } = this;
    this.sumValues32(keys);
    const size = blockSums.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (size >= LEAST_SUM && size <= MOST_SUM) {
      for (let i = 0; i < sums.length; i++) sums[i]! += blockSums[i]!;
    } else {
      this.addValues64(keys);
    }
  }

  private sumValues32(keys: number[]): void {
    const { blockSums, weights } = this;
    const { v } = this.attention;
    blockSums.fill(0);
    for (let place = 0; place < keys.length; place++) {
      const at = this.keyAt(keys[place]!, blockSums.length);
      const weight = weights[place]!;
      for (let i = 0; i < blockSums.length; i++) blockSums[i]! += fround(weight * v[at + i]!);
    }
  }

  private addValues64(keys: number[]): void {
    const { sums, weights } = this;
    const { v } = this.attention;
    for (let place = 0; place < keys.length; place++) {
      const at = this.keyAt(keys[place]!, sums.length);
      for (let i = 0; i < sums.length; i++) sums[i]! += weights[place]! * v[at + i]!;
    }
  }
}

function sumOfLanes(lanes: Float32Array): number {
  return fround(fround(lanes[0]! + lanes[2]!) + fround(lanes[1]! + lanes[3]!));
}
