import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { placeFile } from '../../src/io/folder';
import { memoryEngine, placeIndex } from '../../src/retrieval';
import { randomSource } from '../support/values';
import { printFigure } from './support/figures';
import { endOf, start } from './support/programs';

jest.setTimeout(120_000);

const KILLS = 12;
const BITS = 2048;

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'))));
afterEach(() => rmSync(home, { recursive: true }));

/** How many places the file has; it is refused if it is cut. */
async function sizeOf(path: string): Promise<number> {
  const engine = memoryEngine({ saved: placeFile(path) });
  const index = await placeIndex({ bits: BITS, engine });
  const size = await index.size();
  await index.close();
  return size;
}

test('saves that are killed leave the whole old file or the whole new one', async () => {
  const random = randomSource(1);
  const path = join(home, 'city.places');
  expect(await endOf(start('place_file_program.cjs', path, 300, 1))).toBe('ended');
  let size = await sizeOf(path);
  const first = size;
  for (let kill = 0; kill < KILLS; kill++) {
    const program = start('place_file_program.cjs', path, size + 1, 1e6);
    const ended = endOf(program);
    await once(program.stdout!, 'data');
    program.stdout!.resume();
    await sleep(random() * 200);
    program.kill('SIGKILL');
    expect(await ended).toBe('killed');
    const after = await sizeOf(path);
    expect(after).toBeGreaterThan(size);
    size = after;
  }
  expect(await endOf(start('place_file_program.cjs', path, size + 1, 1))).toBe('ended');
  expect(await sizeOf(path)).toBe(size + 1);
  expect(readdirSync(home)).toEqual(['city.places']);
  printFigure(`place file: ${KILLS} kills in ${size - first} saves, all left one whole file`);
});
