import { exponential } from '../exponential';
import type { Attention } from './attention';

/*
 * In each head, for each query and the keys that it sees, in float64:
 *
 *     score = (q . k) * scale - slope * distance,  weight = e^(score - largest score)
 *     y = (sum of weight * v) * (1 / sum of weight), rounded to float32
 *
 * A query that sees no key gives zeros. The keys come in blocks of 16, from the first on; a key that the mask hides
 * is in no block, as if it did not exist. The largest score is that of the blocks so far. Where a block raises it,
 * the sums are multiplied by e^(largest before - largest now). Orders, which kernels/ has too: q . k sums the
 * products at even and at odd places, then both sums are added, then an unpaired last product. The weights of a
 * block are summed alike. The sums of weight * v take the keys one by one.
 */

const BLOCK = 16;

export function attendPortable(attention: Attention, y: Float32Array): void {
  const { mask, sizes } = attention;
  const visible: number[] = [];
  for (let key = 0; key < sizes.keys; key++) if (mask?.[key] !== 0) visible.push(key);
  for (let head = 0; head < sizes.heads; head++) {
    for (let query = 0; query < sizes.queries; query++) {
      new Query(attention, head, query).attend(visible, y);
    }
  }
}

class Query {
  private readonly scores = new Float64Array(BLOCK);
  private readonly sums: Float64Array;
  // Not -Infinity, whose difference to a score of -Infinity would be NaN.
  private largest = -Number.MAX_VALUE;
  private sum = 0;
  private readonly position: number;

  constructor(
    private readonly attention: Attention,
    private readonly head: number,
    private readonly query: number,
  ) {
    const { queries, keys, valueWidth } = attention.sizes;
    this.sums = new Float64Array(valueWidth);
    this.position = query + keys - queries;
  }

  attend(keys: number[], y: Float32Array): void {
    const { heads, keys: all, valueWidth, causal } = this.attention.sizes;
    const last = causal ? this.position : all - 1;
    let seen = 0;
    while (seen < keys.length && keys[seen]! <= last) seen++;
    for (let from = 0; from < seen; from += BLOCK) {
      this.addBlock(keys, from, Math.min(BLOCK, seen - from));
    }
    const inverse = seen === 0 ? 0 : 1 / this.sum;
    const at = (this.query * heads + this.head) * valueWidth;
    for (let i = 0; i < valueWidth; i++) y[at + i] = this.sums[i]! * inverse;
  }

  private addBlock(keys: number[], from: number, count: number): void {
    const { scores } = this;
    scores.fill(-Infinity);
    let largest = -Infinity;
    for (let i = 0; i < count; i++) {
      const score = this.score(keys[from + i]!);
      scores[i] = score;
      largest = Math.max(largest, score);
    }
    this.raiseTo(largest);
    let [even, odd] = [0, 0];
    for (let i = 0; i < BLOCK; i += 2) {
      even += scores[i] = exponential(scores[i]! - this.largest);
      odd += scores[i + 1] = exponential(scores[i + 1]! - this.largest);
    }
    this.sum += even + odd;
    for (let i = 0; i < count; i++) this.addValue(keys[from + i]!, scores[i]!);
  }

  private score(key: number): number {
    const { q, k, slopes, sizes } = this.attention;
    const { heads, keyWidth, scale } = sizes;
    const qAt = (this.query * heads + this.head) * keyWidth;
    const kAt = (key * heads + this.head) * keyWidth;
    let [even, odd] = [0, 0];
    const pairs = keyWidth & ~1;
    for (let i = 0; i < pairs; i += 2) {
      even += q[qAt + i]! * k[kAt + i]!;
      odd += q[qAt + i + 1]! * k[kAt + i + 1]!;
    }
    let product = even + odd;
    if (keyWidth > pairs) product += q[qAt + pairs]! * k[kAt + pairs]!;
    const slope = slopes?.[this.head] ?? 0;
    return slope === 0 ? product * scale : product * scale - slope * (this.position - key);
  }

  private raiseTo(largest: number): void {
    if (largest <= this.largest) return;
    const factor = exponential(this.largest - largest);
    this.largest = largest;
    this.sum *= factor;
    for (let i = 0; i < this.sums.length; i++) this.sums[i]! *= factor;
  }

  private addValue(key: number, weight: number): void {
    const { v, sizes } = this.attention;
    const at = (key * sizes.heads + this.head) * sizes.valueWidth;
    for (let i = 0; i < sizes.valueWidth; i++) this.sums[i]! += weight * v[at + i]!;
  }
}
