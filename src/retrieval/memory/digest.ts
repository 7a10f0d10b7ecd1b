/** Bytes of a digest. */
export const DIGEST_BYTES = 32;

/** What is digested at once: implementations take less than 2 GiB. */
const PIECE_BYTES = 2 ** 30;

/**
 * SHA-256 of the digests of the pieces.
 * @throws in a page that is neither of https nor of localhost: there, browsers have no digests.
 */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle == null) {
    throw new Error(
      'memoryEngine: saved places need crypto.subtle, which browsers have on https:// and localhost.',
    );
  }
  const pieces = Math.max(1, Math.ceil(bytes.length / PIECE_BYTES));
  const digests = new Uint8Array(DIGEST_BYTES * pieces);
  for (let i = 0; i < pieces; i++) {
    const piece = bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES);
    digests.set(new Uint8Array(await subtle.digest('SHA-256', piece)), DIGEST_BYTES * i);
  }
  return new Uint8Array(await subtle.digest('SHA-256', digests));
}
