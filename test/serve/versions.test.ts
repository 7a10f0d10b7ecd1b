import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { randomFloats } from '../support/values';
import { keepAlive, metricsOf, onConnections, send } from './support/client';
import {
  cutWeights,
  newFolder,
  removeFolders,
  saved,
  ternaryNet,
  twoInputsNet,
} from './support/models';
import { endAllServers, startServer, type ServerProcess } from './support/process';
import { until } from './support/until';

/* Several models, and versions that come and go while clients ask. */

jest.setTimeout(120_000);

const rows = [[...randomFloats(16, 1)]];
/** What the models say, by version: they have different weights. */
const models = [ternaryNet(), ternaryNet(), ternaryNet()];
const predictionsOf = (model: tf.LayersModel) => {
  const outputs = model.predict(tf.tensor2d(rows)) as tf.Tensor;
  return JSON.stringify({ predictions: outputs.arraySync() });
};
let answers: string[];

beforeAll(async () => {
  await tf.setBackend('cpu');
  answers = models.map(predictionsOf);
  expect(new Set(answers).size).toBe(models.length);
});
afterAll(() => {
  endAllServers();
  removeFolders();
});

/** Puts a model into a folder of versions, whole at once, as TensorFlow Serving wants it. */
async function addVersion(folder: string, number: number, model: tf.LayersModel): Promise<void> {
  mkdirSync(folder, { recursive: true });
  renameSync(await saved(model), join(folder, String(number)));
}

async function addDamaged(folder: string, number: number): Promise<void> {
  const path = await saved(ternaryNet());
  cutWeights(path);
  renameSync(path, join(folder, String(number)));
}

const start = (...args: string[]) => startServer('--backend', 'wasm', ...args);

interface Status {
  readonly model_version_status: Array<{
    version: string;
    state: string;
    status: { error_code: string; error_message: string };
  }>;
}

async function statesOf({ url }: ServerProcess, path = 'net'): Promise<Record<string, string>> {
  const { body } = await send<Status>(`${url}/v1/models/${path}`);
  return Object.fromEntries(
    body.model_version_status.map(({ version, state }) => [version, state]),
  );
}

async function untilStates(server: ServerProcess, expected: object): Promise<void> {
  let last = '';
  const areSo = async () => {
    last = JSON.stringify(await statesOf(server));
    return last === JSON.stringify(expected);
  };
  await until(areSo, () => `The states are ${last}:\n${server.output()}`);
}

async function ask({ url }: ServerProcess, path = 'net') {
  const { status, body } = await send(`${url}/v1/models/${path}:predict`, {
    body: { instances: rows },
  });
  return { status, body: JSON.stringify(body) };
}

/** Clients that ask all the time until `change` is done: each answer is that of a version, and none is missing. */
async function underLoad(server: ServerProcess, change: () => Promise<void>): Promise<number> {
  const agent = keepAlive(64);
  let [answered, ended] = [0, false];
  const clients = onConnections(64, 64, async () => {
    while (!ended) {
      const body = { instances: rows };
      const answer = await send(`${server.url}/v1/models/net:predict`, { body, agent });
      expect(answer.status).toBe(200);
      expect(answers).toContain(JSON.stringify(answer.body));
      answered++;
    }
  });
  await change();
  ended = true;
  await clients;
  agent.destroy();
  return answered;
}

const VERSIONS = 'serving_versions';

test.each([1, 2])(
  'under load a new version takes over, a damaged one does not, and the old one is removed, with %i workers',
  async (workers) => {
    const folder = newFolder();
    await addVersion(folder, 1, models[0]);
    const args = workers === 1 ? [] : ['--workers', String(workers)];
    const server = await start(folder, '--name', 'net', ...args);
    expect(await ask(server)).toEqual({ status: 200, body: answers[0] });

    const answered = await underLoad(server, async () => {
      await addVersion(folder, 2, models[1]);
      const isNew = async () => (await ask(server)).body === answers[1];
      await until(isNew, () => `The new version is not served:\n${server.output()}`);
      await untilStates(server, { 2: 'AVAILABLE', 1: 'END' });
      rmSync(join(folder, '1'), { recursive: true });
      await addDamaged(folder, 3);
      await untilStates(server, { 3: 'END', 2: 'AVAILABLE' });
    });
    expect(answered).toBeGreaterThan(64);

    // Each worker looks by itself.
    const figures = {
      [`${VERSIONS}{model="net",version="2",state="AVAILABLE"}`]: workers,
      [`${VERSIONS}{model="net",version="3",state="END"}`]: workers,
      'serving_version_failures_total{model="net"}': workers,
    };
    let found: Record<string, number> = {};
    const areThere = async () => {
      found = await metricsOf(server.url);
      return Object.entries(figures).every(([name, value]) => found[name] === value);
    };
    await until(areThere, () => JSON.stringify(found, null, 1));
    expect(Object.keys(found).filter((name) => /^serving_versions.*"1"/.test(name))).toEqual([]);
    const { body } = await send<Status>(`${server.url}/v1/models/net/versions/3`);
    expect(body.model_version_status).toMatchObject([
      { version: '3', state: 'END', status: { error_code: 'UNKNOWN' } },
    ]);
    expect(body.model_version_status[0].status.error_message).toMatch(/No model could be loaded/);
    expect(await ask(server)).toEqual({ status: 200, body: answers[1] });
    expect(await server.end()).toEqual({ code: 0, signal: null });
  },
);

test('the newest is served at first, whatever its digits, and by its number', async () => {
  const folder = newFolder();
  for (const [i, number] of [9, 10].entries()) await addVersion(folder, number, models[i]);
  mkdirSync(join(folder, '011'));
  mkdirSync(join(folder, 'notes'));
  const server = await start(folder, '--name', 'net');
  expect(await statesOf(server)).toEqual({ 10: 'AVAILABLE' });
  expect(await ask(server, 'net/versions/10')).toEqual({ status: 200, body: answers[1] });
  const { body } = await send(`${server.url}/v1/models/net/versions/10/metadata`);
  expect(body.model_spec).toMatchObject({ name: 'net', version: '10' });
  for (const other of [9, 11]) {
    expect(await ask(server, `net/versions/${other}`)).toMatchObject({ status: 404 });
  }
});

test('a newest version that is removed gives its place back', async () => {
  const folder = newFolder();
  for (const [i, model] of models.slice(0, 2).entries()) await addVersion(folder, i + 1, model);
  const server = await start(folder, '--name', 'net');
  rmSync(join(folder, '2'), { recursive: true });
  await untilStates(server, { 1: 'AVAILABLE' });
  expect(await ask(server)).toEqual({ status: 200, body: answers[0] });
});

/** Throws whatever it gets. */
class Failing extends tf.layers.Layer {
  static readonly className = 'Failing';

  override call(): tf.Tensor {
    throw new Error('It fails.');
  }
}
tf.serialization.registerClass(Failing);

test('a version that cannot compute does not take the place of one that can', async () => {
  const folder = newFolder();
  await addVersion(folder, 1, models[0]);
  const own = join(newFolder(), 'failing.cjs');
  mkdirSync(dirname(own), { recursive: true });
  writeFileSync(
    own,
    `const tf = require(${JSON.stringify(require.resolve('@tensorflow/tfjs'))});
     class Failing extends tf.layers.Layer { call() { throw new Error('It fails.'); } }
     Failing.className = 'Failing';
     tf.serialization.registerClass(Failing);`,
  );
  const server = await start(folder, '--name', 'net', '--import', own);
  const failing = tf.sequential();
  failing.add(tf.layers.inputLayer({ inputShape: [16] }));
  failing.add(new Failing({}));
  await addVersion(folder, 2, failing);
  await untilStates(server, { 2: 'END', 1: 'AVAILABLE' });
  expect(await ask(server)).toEqual({ status: 200, body: answers[0] });
  expect(server.output()).toContain('rows of zeros gave an error: It fails.');
});

test('a folder without a model: the server is not ready by the Open Inference Protocol, and its health is good', async () => {
  const folder = newFolder();
  await addVersion(join(folder, 'net'), 1, models[0]);
  const server = await start('--models', folder);
  const statuses = async () => {
    const paths = ['v2/health/ready', 'v2/models/net/ready', 'healthz'];
    const answers = await Promise.all(paths.map((path) => fetch(`${server.url}/${path}`)));
    return answers.map(({ status }) => status);
  };
  expect(await statuses()).toEqual([200, 200, 200]);
  mkdirSync(join(folder, 'empty'));
  await until(
    async () => (await statuses())[0] === 503,
    () => 'It stays ready.',
  );
  expect(await statuses()).toEqual([503, 200, 200]);
});

test('a damaged version is tried again when its files have changed', async () => {
  const folder = newFolder();
  await addVersion(folder, 1, models[0]);
  await addDamaged(folder, 2);
  const server = await start(folder, '--name', 'net');
  expect(await statesOf(server)).toEqual({ 2: 'END', 1: 'AVAILABLE' });
  cpSync(await saved(models[1]), join(folder, '2'), { recursive: true });
  await untilStates(server, { 2: 'AVAILABLE', 1: 'END' });
  expect(await ask(server)).toEqual({ status: 200, body: answers[1] });
});

test('files that take the place of those of the served version are served, under load, and damaged ones are not', async () => {
  const folder = newFolder();
  await addVersion(folder, 1, models[0]);
  const server = await start(folder, '--name', 'net');
  const replaced = async (path: string) => cpSync(path, join(folder, '1'), { recursive: true });
  await underLoad(server, async () => {
    await replaced(await saved(models[1]));
    const isNew = async () => (await ask(server)).body === answers[1];
    await until(isNew, () => `The new files are not served:\n${server.output()}`);
    cutWeights(join(folder, '1'));
    const failures = 'serving_version_failures_total{model="net"}';
    const hasFailed = async () => (await metricsOf(server.url))[failures] === 1;
    await until(hasFailed, () => `The damage is not noticed:\n${server.output()}`);
  });
  expect(await ask(server)).toEqual({ status: 200, body: answers[1] });
  expect(await metricsOf(server.url)).toMatchObject({
    [`${VERSIONS}{model="net",version="1",state="AVAILABLE"}`]: 1,
  });
  await replaced(await saved(models[2]));
  const isNew = async () => (await ask(server)).body === answers[2];
  await until(isNew, () => `The mended files are not served:\n${server.output()}`);
  expect(await server.end()).toEqual({ code: 0, signal: null });
});

/** Keeps the load of a version until its folder has no file "slow" any more. */
const SLOW = `
  import { existsSync } from 'node:fs';
  import { join } from 'node:path';
  import { workerData } from 'node:worker_threads';
  while (existsSync(join(workerData.folder, 'slow'))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }`;

test('a version that takes long to load keeps neither other models nor the end of the server', async () => {
  const [slow, quick, code] = [newFolder(), newFolder(), newFolder()];
  for (const folder of [slow, quick]) await addVersion(folder, 1, models[0]);
  mkdirSync(code, { recursive: true });
  writeFileSync(join(code, 'slow.mjs'), SLOW);
  const named = ['--model', `net=${slow}`, '--model', `quick=${quick}`];
  const server = await start(...named, '--import', join(code, 'slow.mjs'));

  const path = await saved(models[1]);
  writeFileSync(join(path, 'slow'), '');
  renameSync(path, join(slow, '2'));
  await untilStates(server, { 2: 'LOADING', 1: 'AVAILABLE' });
  await addVersion(quick, 2, models[2]);
  const isNew = async () => (await ask(server, 'quick')).body === answers[2];
  await until(isNew, () => `The new version is not served:\n${server.output()}`);
  await untilStates(server, { 2: 'LOADING', 1: 'AVAILABLE' });
  expect(await ask(server)).toEqual({ status: 200, body: answers[0] });

  const begin = performance.now();
  expect(await server.end()).toEqual({ code: 0, signal: null });
  expect(performance.now() - begin).toBeLessThan(20_000);
  expect(server.output()).not.toMatch(/Version 2 of model "net"/);
});

test('a folder of models: each by its name, and they come and go', async () => {
  const all = newFolder();
  await addVersion(join(all, 'net'), 1, models[0]);
  cpSync(await saved(twoInputsNet()), join(all, 'two'), { recursive: true });
  await addVersion(join(all, 'damaged'), 1, models[0]);
  rmSync(join(all, 'damaged', '1', 'model.json'));
  const server = await start('--models', all, '--model', `named=${await saved(models[1])}`);
  const health = async () => (await send(`${server.url}/healthz`)).body;
  expect(await health()).toEqual({
    status: 'ok',
    models: { net: 1, two: 1, damaged: null, named: 1 },
  });
  expect(await ask(server, 'net')).toEqual({ status: 200, body: answers[0] });
  expect(await ask(server, 'named')).toEqual({ status: 200, body: answers[1] });
  expect(await ask(server, 'two')).toMatchObject({ status: 400 });
  expect(await ask(server, 'damaged')).toMatchObject({ status: 503 });

  rmSync(join(all, 'two'), { recursive: true });
  await addVersion(join(all, 'late'), 5, models[2]);
  const expected = { status: 'ok', models: { net: 1, damaged: null, named: 1, late: 5 } };
  const isSo = async () => isDeepStrictEqual(await health(), expected);
  await until(isSo, () => server.output());
  expect(await ask(server, 'late')).toEqual({ status: 200, body: answers[2] });
  expect(await ask(server, 'two')).toMatchObject({ status: 404 });

  // Names that no model has make no series.
  for (let i = 0; i < 20; i++) await ask(server, `unknown${i}`);
  const routes = Object.keys(await metricsOf(server.url)).filter((name) => /route=/.test(name));
  expect(routes.filter((name) => /unknown/.test(name))).toEqual([]);
  expect(routes.join()).toMatch('route="/v1/models/late:predict"');
  expect(await server.end()).toEqual({ code: 0, signal: null });
});
