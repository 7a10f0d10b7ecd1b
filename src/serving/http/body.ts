import type { Readable } from 'node:stream';
import type { Hold } from './byte_budget';
import { ClientGone } from './deadline';

/** A body of more bytes than the server takes. */
export class BodyTooLarge extends Error {}

/**
 * Reads a body, in blocks. If it is refused, the rest of it is read and thrown away: a client that still writes
 * would not read the answer.
 * @param maxBytes size of a body.
 * @param hold takes up its bytes as they arrive.
 * @throws BodyTooLarge, BudgetSpent, ClientGone.
 */
export function readBody(stream: Readable, maxBytes: number, hold: Hold): Promise<Uint8Array[]> {
  const body = new Blocks();
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) => {
      stream.off('data', take);
      stream.resume();
      body.clear();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      try {
        if (body.length + chunk.length > maxBytes) {
          throw new BodyTooLarge(`The body is too large: the server takes ${maxBytes} bytes.`);
        }
        hold.add(chunk.length);
        body.append(chunk);
      } catch (error) {
        refuse(error as Error);
      }
    };
    hold.waitForClient(refuse);
    stream.on('data', take);
    stream.once('end', () => {
      hold.clientIsDone();
      resolve(body.all());
    });
    stream.once('error', () => reject(new ClientGone('The client closed the connection.')));
  });
}

const MAX_BLOCK = 2 ** 20;

/**
 * Many small chunks, kept as they are, would need much more memory than their bytes. One growing buffer would be
 * copied again and again, and everybody would wait meanwhile.
 */
class Blocks {
  length = 0;
  private readonly blocks: Uint8Array[] = [];
  /** Bytes in the last block. */
  private used = 0;

  append(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      const block = this.blockWithSpace(rest.length);
      const part = rest.subarray(0, block.length - this.used);
      block.set(part, this.used);
      this.used += part.length;
      this.length += part.length;
      rest = rest.subarray(part.length);
    }
  }

  all(): Uint8Array[] {
    const full = this.blocks.slice(0, -1);
    return [...full, ...this.blocks.slice(-1).map((last) => last.subarray(0, this.used))];
  }

  clear(): void {
    this.blocks.length = 0;
  }

  private blockWithSpace(wanted: number): Uint8Array {
    const last = this.blocks.at(-1);
    if (last != null && this.used < last.length) return last;
    const block = new Uint8Array(Math.max(wanted, Math.min(this.length, MAX_BLOCK)));
    this.blocks.push(block);
    this.used = 0;
    return block;
  }
}
