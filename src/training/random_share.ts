/** A number in [0, 1) that depends on these three integers alone: the finalizer of murmur3 over their hash. */
export function randomShare(seed: number, epoch: number, batch: number): number {
  let hash = Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b);
  hash = finalized(hash) ^ Math.imul(batch + 1, 0xc2b2ae35);
  return (finalized(hash) >>> 0) / 2 ** 32;
}

function finalized(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
