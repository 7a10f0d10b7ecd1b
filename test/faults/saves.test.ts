import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { io } from '@tensorflow/tfjs';
import { folder } from '../../src/io/folder';
import { randomSource } from '../support/values';
import { printFigure } from './support/figures';
import { endOf, inLanes, start } from './support/programs';
import { artifacts, tagOf } from './support/tagged_model.cjs';

/*
 * A save is old or new, never neither: whatever happens in it, the folder has one whole model.
 */

jest.setTimeout(300_000);

const KILLS_AT_STEPS = 250;
const KILLS_AT_ANY_TIME = 250;
const LOADS = 5000;
const ROUNDS = 500;

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'))));
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(home, { recursive: true });
});

const save = (path: string, tag: number) => folder(path).save!(artifacts(tag));
const load = async (path: string) => tagOf((await folder(path).load!()) as io.ModelArtifacts);

/** The folder has one of these models, the next save works, and it leaves no other files. */
async function expectWhole(path: string, tags: number[]): Promise<void> {
  expect(tags).toContain(await load(path));
  await save(path, 0);
  expect(await load(path)).toBe(0);
  expect(readdirSync(path)).toHaveLength(2);
}

test('a save that is killed at each of its calls of the file system', async () => {
  let [kills, calls] = [0, 1];
  // Each lane goes through the calls of a save, until one save ends before the call.
  await inLanes(3, async (_index, lane) => {
    const path = join(home, lane);
    await save(path, 0);
    for (let call = 1; kills < KILLS_AT_STEPS; call++) {
      const end = await endOf(start('saver.cjs', path, call, 1, call));
      await expectWhole(path, end === 'killed' ? [0, call] : [call]);
      if (end === 'killed') kills++;
      else [calls, call] = [call - 1, 0];
    }
  });
  expect(calls).toBeGreaterThan(20);
  printFigure(
    `saves: ${kills} kills at ${calls} calls of the file system, all left one whole model`,
  );
});

test('saves in a loop that are killed at any time', async () => {
  const random = randomSource(1);
  await inLanes(KILLS_AT_ANY_TIME, async (_index, lane) => {
    const path = join(home, lane);
    await save(path, 0);
    const saver = start('saver.cjs', path, 1, 1000);
    const ended = endOf(saver);
    await once(saver.stdout!, 'data');
    await sleep(random() * 60);
    saver.kill('SIGKILL');
    expect(await ended).toBe('killed');
    const tag = await load(path);
    expect(tag).toBeGreaterThanOrEqual(0);
    await expectWhole(path, [tag]);
  });
  printFigure(`saves: ${KILLS_AT_ANY_TIME} kills at any time, all left one whole model`);
});

test('a reader beside a writer gets whole models, in their order', async () => {
  const path = join(home, 'model');
  await save(path, 0);
  const saver = start('saver.cjs', path, 1, 1e9);
  let [loads, last] = [0, 0];
  const seen = new Set<number>();
  for (; loads < LOADS; loads++) {
    const tag = await load(path);
    expect(tag).toBeGreaterThanOrEqual(last);
    seen.add((last = tag));
  }
  saver.kill('SIGKILL');
  await once(saver, 'exit');
  await expectWhole(path, [last, last + 1, last + 2]);
  expect(seen.size).toBeGreaterThan(20);
  printFigure(`saves: ${loads} loads beside a writer gave ${seen.size} models, all whole`);
});

test('two writers take turns', async () => {
  const path = join(home, 'model');
  const savers = [
    start('saver.cjs', path, 1, ROUNDS / 2),
    start('saver.cjs', path, 1001, ROUNDS / 2),
  ];
  const ended = Promise.all(savers.map(endOf));
  let running = true;
  void ended.then(() => (running = false));
  await Promise.all(savers.map((saver) => once(saver.stdout!, 'data')));
  let [loads, saved] = [0, false];
  while (running) {
    try {
      expect(await load(path)).toBeGreaterThan(0);
      loads++;
      saved = true;
    } catch (error) {
      // Before the first save ends there is no model yet.
      if (saved || !(error as Error).message.includes('ENOENT')) throw error;
    }
  }
  expect(await ended).toEqual(['ended', 'ended']);
  await expectWhole(path, [ROUNDS / 2, 1000 + ROUNDS / 2]);
  printFigure(`saves: ${ROUNDS} rounds of two writers, ${loads} loads meanwhile, all whole`);
});

test('another process makes the folder between a look and a call', async () => {
  const { mkdir } = fs;
  jest.spyOn(fs, 'mkdir').mockImplementation((async (path: string) => {
    await mkdir(path);
    await mkdir(path);
  }) as never);
  await save(join(home, 'a', 'b'), 3);
  expect(await load(join(home, 'a', 'b'))).toBe(3);
});

/** The calls of a save in this process that change something. */
const CHANGES = ['open', 'rename', 'rm', 'mkdir', 'link', 'writeFile'] as const;
type Change = (typeof CHANGES)[number];
type AnyCall = (...args: unknown[]) => Promise<unknown>;

/** Lets calls fail, by their numbers. @returns how many calls there have been. */
function failCalls(code: string, fails: (call: number, name: Change | 'sync') => boolean) {
  let calls = 0;
  const check = (name: Change | 'sync') => {
    if (fails(++calls, name)) throw Object.assign(new Error(`${code}: injected`), { code });
  };
  for (const name of CHANGES) {
    const original = fs[name] as AnyCall;
    jest.spyOn(fs, name as 'rm').mockImplementation((async (...args: unknown[]) => {
      check(name);
      const result = await original(...args);
      if (name === 'open') failSync(result as fs.FileHandle);
      return result;
    }) as never);
  }
  function failSync(file: fs.FileHandle) {
    const sync = file.sync.bind(file);
    file.sync = async () => {
      check('sync');
      await sync();
    };
  }
  return () => calls;
}

describe.each(['ENOSPC', 'EIO'])('%s', (code) => {
  test('at each call of a save, once', async () => {
    let failures = 0;
    for (let at = 1; ; at++) {
      const path = join(home, String(at));
      await save(path, 0);
      const calls = failCalls(code, (call) => call === at);
      const outcome = await save(path, 1).then(
        () => 'saved',
        () => 'failed',
      );
      jest.restoreAllMocks();
      if (calls() < at) break;
      failures++;
      await expectWhole(path, outcome === 'saved' ? [1] : [0, 1]);
    }
    expect(failures).toBeGreaterThan(8);
    printFigure(`saves: ${code} at each of ${failures} calls left one whole model`);
  });

  test('from each call on, for all that needs room: the old model stays, and nothing is left', async () => {
    for (let at = 1; ; at++) {
      const path = join(home, `${at}`);
      await save(path, 0);
      const before = readdirSync(path).sort();
      const needsRoom = (name: string) => !['rm', 'rename'].includes(name);
      const calls = failCalls(code, (call, name) => call >= at && needsRoom(name));
      const outcome = await save(path, 1).then(
        () => 'saved',
        () => 'failed',
      );
      jest.restoreAllMocks();
      if (calls() < at) break;
      const tag = await load(path);
      if (outcome === 'saved') expect(tag).toBe(1);
      if (tag === 0) expect(readdirSync(path).sort()).toEqual(before);
      await expectWhole(path, [tag]);
    }
  });

  test('in a folder that the save would make: nothing is left', async () => {
    const path = join(home, 'outer/inner');
    failCalls(code, (_call, name) => name === 'sync');
    await expect(save(path, 1)).rejects.toThrow(code);
    jest.restoreAllMocks();
    expect(readdirSync(home)).toEqual([]);
    await save(path, 1);
    expect(await load(path)).toBe(1);
  });
});
