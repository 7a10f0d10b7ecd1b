import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folder, placeFile } from '../../src/io/folder';
import { memoryEngine, placeIndex, type MemoryEngine } from '../../src/retrieval';
import { artifacts } from '../faults/support/tagged_model.cjs';
import { randomPlaces } from '../support/places';

const BITS = 72;

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'));
  path = join(home, 'city.places');
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(home, { recursive: true });
});

async function engineOf(count: number): Promise<MemoryEngine> {
  const engine = memoryEngine();
  const index = await placeIndex({ bits: BITS, engine });
  await index.add(randomPlaces(BITS, count));
  return engine;
}

const open = (bits = BITS) =>
  placeIndex({ bits, engine: memoryEngine({ saved: placeFile(path) }) });

test('what is saved is opened again, in a folder that the save made, and nothing else is left', async () => {
  path = join(home, 'new', 'folder', 'city.places');
  const engine = await engineOf(30);
  const saved = await engine.save(placeFile(path));
  expect(new Uint8Array(readFileSync(path))).toEqual(saved);
  expect(await (await open()).size()).toBe(30);
  await (await engineOf(2)).save(placeFile(path));
  expect(await (await open()).size()).toBe(2);
  expect(readdirSync(join(home, 'new', 'folder'))).toEqual(['city.places']);
});

test('saves at the same time take turns, and the last one stays', async () => {
  const engines = await Promise.all([5, 6, 7, 8].map(engineOf));
  await Promise.all(engines.map((engine) => engine.save(placeFile(path))));
  expect([5, 6, 7, 8]).toContain(await (await open()).size());
  expect(readdirSync(home)).toEqual(['city.places']);
});

test('a file that is missing, damaged, of another version or of other bits is refused by name', async () => {
  await expect(open()).rejects.toThrow(`folder "${home}": city.places cannot be read: ENOENT`);
  const saved = await (await engineOf(30)).save();
  const refused = async (change: (copy: Uint8Array) => Uint8Array, message: string) => {
    writeFileSync(path, change(saved.slice()));
    await expect(open()).rejects.toThrow(`memoryEngine: ${path} must be ${message}`);
  };
  await refused((copy) => copy.subarray(0, 9), 'what `save` of a memoryEngine gave, got');
  await refused((copy) => copy.subarray(0, -1), `of ${saved.length} bytes, as it says`);
  await refused((copy) => copy.fill(7, 40, 41), 'as it was saved (it is damaged)');
  await refused((copy) => copy.fill(2, 8, 9), 'of version 1, got "version 2".');
  writeFileSync(path, saved);
  await expect(open(64)).rejects.toThrow(`memoryEngine: ${path} must be of 64 bits, as the index`);
  path = home;
  await expect(open()).rejects.toThrow('must be a regular file, got "a folder".');
});

test('other values than a path and a file are refused', async () => {
  expect(() => placeFile('')).toThrow('placeFile: path must be a non-empty string, got "".');
  expect(() => placeFile(7 as never)).toThrow('placeFile: path must be a non-empty string');
  const engine = await engineOf(1);
  await expect(engine.save(path as never)).rejects.toThrow(
    `memoryEngine.save: file must be a placeFile, got "${path}".`,
  );
  expect(existsSync(path)).toBe(false);
});

test('a full disk leaves the file as it was, and nothing beside it', async () => {
  await (await engineOf(3)).save(placeFile(path));
  const engine = await engineOf(4);
  const { rename } = fs;
  jest.spyOn(fs, 'rename').mockImplementation(async (from, to) => {
    if (to === path) throw Object.assign(new Error('ENOSPC: injected'), { code: 'ENOSPC' });
    await rename(from, to);
  });
  await expect(engine.save(placeFile(path))).rejects.toThrow('ENOSPC');
  jest.restoreAllMocks();
  expect(await (await open()).size()).toBe(3);
  expect(readdirSync(home)).toEqual(['city.places']);
});

test('what a save left that was cut off, the next one removes; files of others stay', async () => {
  const id = '01234567-89ab-cdef-0123-456789abcdef';
  const others = [`model.json.${id}.new`, `other.places.${id}.new`, `model.json.claim-${id}`];
  const left = [`city.places.${id}.new`, `city.places.lock.${id}.new`, `city.places.claim-${id}`];
  for (const name of [...others, ...left]) writeFileSync(join(home, name), '');
  await (await engineOf(1)).save(placeFile(path));
  expect(readdirSync(home).sort()).toEqual(['city.places', ...others].sort());
  await folder(home).save!(artifacts(1));
  const names = readdirSync(home).filter((name) => !name.startsWith('weights-'));
  expect(names.sort()).toEqual(['city.places', 'model.json', `other.places.${id}.new`]);
});

test('the lock of a process that has ended is taken over', async () => {
  const program = `require('fs').writeFileSync(process.argv[1], JSON.stringify({
    id: '01234567-89ab-cdef-0123-456789abcdef', host: require('os').hostname(), pid: process.pid }))`;
  const holder = spawnSync(process.execPath, ['-e', program, `${path}.lock`]);
  expect(holder.status).toBe(0);
  await (await engineOf(1)).save(placeFile(path));
  expect(readdirSync(home)).toEqual(['city.places']);
});
