import type { Readable } from 'node:stream';
import type { Hold } from './byte_budget';
import { ClientGone } from './deadline';

/** A body of more bytes than the server takes. */
export class BodyTooLarge extends Error {}

/**
 * Reads a body. If it is refused, the rest of it is read and thrown away: a client that still writes would
 * not read the answer.
 * @param maxBytes size of a body.
 * @param hold takes up its bytes as they arrive.
 * @throws BodyTooLarge, BudgetSpent, ClientGone.
 */
export function readBody(stream: Readable, maxBytes: number, hold: Hold): Promise<Uint8Array> {
  const body = new GrowingBytes();
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) => {
      stream.off('data', take);
      stream.resume();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      try {
        if (body.length + chunk.length > maxBytes) {
          throw new BodyTooLarge(`The body is too large: the server takes ${maxBytes} bytes.`);
        }
        hold.tryAdd(chunk.length);
        body.append(chunk);
      } catch (error) {
        refuse(error as Error);
      }
    };
    stream.on('data', take);
    stream.once('end', () => resolve(body.bytes()));
    stream.once('error', () => reject(new ClientGone('The client closed the connection.')));
  });
}

/** Many small chunks, kept as they are, would need much more memory than their bytes. */
class GrowingBytes {
  length = 0;
  private buffer = new Uint8Array(0);

  append(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.length));
      larger.set(this.bytes());
      this.buffer = larger;
    }
    this.buffer.set(chunk, this.length);
    this.length = needed;
  }

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
}
