import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { randomFloats } from '../support/values';
import { cutWeights, newFolder, removeFolders, saved, ternaryNet } from './support/models';

/* `createServer` of dist/ in programs of its users, each of which ends by itself when the server has ended. */

const ROOT = join(__dirname, '../..');
// Below the repository, where the package is found by its name.
mkdirSync(join(ROOT, '.cache'), { recursive: true });
const programs = mkdtempSync(join(ROOT, '.cache/serving-'));

const model = ternaryNet();
const rows = [[...randomFloats(16, 1)], [...randomFloats(16, 2)]];
let folder: string;
let predictions: unknown;

beforeAll(async () => {
  await tf.setBackend('cpu');
  folder = await saved(model);
  predictions = (model.predict(tf.tensor2d(rows)) as tf.Tensor).arraySync();
});
afterAll(() => {
  rmSync(programs, { recursive: true });
  removeFolders();
});

/** What a program prints as JSON. */
function resultOf(code: string, options: object): unknown {
  const program = `
    import { createServer } from 'tfjs-bitcore/serving';
    const options = ${JSON.stringify({ port: 0, backend: 'wasm', ...options })};
    const ask = async (address) => {
      const body = ${JSON.stringify(JSON.stringify({ instances: rows }))};
      return (await fetch(address + '/v1/models/net:predict', { method: 'POST', body })).json();
    };
    const message = (call) => Promise.resolve().then(call).then(() => 'none', (error) => error.message);
    ${code}`;
  const file = join(programs, 'program.mjs');
  writeFileSync(file, program);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    ...{ cwd: ROOT, encoding: 'utf8', timeout: 50_000 },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim().split('\n')).toHaveLength(1);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

const LIFE = `
  const server = createServer(options);
  const before = server.address ?? null;
  await server.stop(); // nothing to stop
  const [{ name, backend }] = await server.start();
  const answer = await ask(server.address);
  const again = await message(() => server.start());
  await Promise.all([server.stop(), server.stop()]);
  console.log(JSON.stringify({ before, name, backend, answer, again, after: server.address ?? null }));`;

test.each([1, 2])('starts, answers and stops, with %i workers', (workers) => {
  expect(resultOf(LIFE, { models: { net: folder }, workers })).toEqual({
    before: null,
    name: 'net',
    backend: 'wasm',
    answer: { predictions },
    again: 'createServer: the server has been started before.',
    after: null,
  });
});

test('two servers in one program', () => {
  const code = `
    const servers = [createServer(options), createServer(options)];
    for (const server of servers) await server.start();
    const answers = await Promise.all(servers.map(({ address }) => ask(address)));
    await servers[0].stop();
    answers.push(await ask(servers[1].address));
    await servers[1].stop();
    console.log(JSON.stringify(answers));`;
  const answers = Array.from({ length: 3 }, () => ({ predictions }));
  expect(resultOf(code, { models: { net: folder } })).toEqual(answers);
});

test.each([1, 2])('a start that fails leaves nothing, with %i workers', (workers) => {
  const missing = newFolder();
  const code = `console.log(JSON.stringify(await message(() => createServer(options).start())));`;
  const expected = `folder "${missing}": model.json cannot be read`;
  expect(resultOf(code, { models: { net: missing }, workers })).toMatch(expected);
});

test.each([1, 2])('it prints nothing: `log` gets what fails, with %i workers', async (workers) => {
  const versions = newFolder();
  cpSync(folder, join(versions, '1'), { recursive: true });
  cpSync(folder, join(versions, '2'), { recursive: true });
  cutWeights(join(versions, '2'));
  const code = `
    const messages = [];
    const server = createServer({ ...options, log: (message) => messages.push(message) });
    await server.start();
    await server.stop();
    console.log(JSON.stringify(messages));`;
  const failure = /^Version 2 of model "net": No model could be loaded from /;
  expect(resultOf(code, { models: { net: versions }, workers })).toEqual(
    Array(workers).fill(expect.stringMatching(failure)),
  );
});

test('a port that is taken', () => {
  const code = `
    const first = createServer(options);
    await first.start();
    const port = Number(new URL(first.address).port);
    console.log(JSON.stringify(await message(() => createServer({ ...options, port }).start())));
    await first.stop();`;
  expect(resultOf(code, { models: { net: folder } })).toMatch(/EADDRINUSE/);
});
