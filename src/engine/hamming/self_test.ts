import { ownMemoryEngine } from '../own_memory_engine';
import type { HammingMicrokernels, Nearer } from './microkernels';
import { portableNearer } from './portable';

const ROWS = 9;
/** Each part of the microkernel's loop: 64, 16 and 8 bytes at a time. */
const BYTES = 2 * 64 + 16 + 8;
const LIMIT = 4 * BYTES;

/** Whether the microkernel finds the rows that the portable function finds. */
export function passesSelfTest({ nearer }: HammingMicrokernels): boolean {
  let isSame = false;
  const engine = ownMemoryEngine();
  engine.lend((ROWS + 1) * BYTES + 8 * ROWS, (codes) => {
    const query = codes + ROWS * BYTES;
    const memory = new Uint8Array(engine.memory.buffer);
    for (let i = codes; i < query + BYTES; i++) memory[i] = Math.imul(i - codes, 0x9e3779b1) >>> 20;
    memory.fill(0, codes, codes + BYTES);
    memory.fill(255, query, query + 64);
    const words = new Int32Array(engine.memory.buffer);
    const found = query + BYTES;
    const rowsOf = (find: Nearer) => {
      const count = find(codes, ROWS, BYTES, query, LIMIT, 3, found);
      return words.slice(found / 4, found / 4 + 2 * count).join();
    };
    const expected = rowsOf(portableNearer(words));
    isSame = rowsOf(nearer) === expected;
  });
  return isSame;
}
