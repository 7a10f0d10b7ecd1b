import { readFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { serveOptions } from '../../src/cli/serve_options';
import { readServerOptions } from '../../src/serving/options';
import { ServedModel } from '../../src/serving/model/served_model';
import { randomFloats } from '../support/values';
import { BACKENDS } from './support/backends';
import { send } from './support/client';
import { removeFolders, newFolder, saved, savedWithoutDigests, ternaryNet } from './support/models';
import { endAllServers, runServer, startServer } from './support/process';

jest.setTimeout(60_000);

let model: tf.LayersModel;
let path: string;

beforeAll(async () => {
  await tf.setBackend('wasm');
  model = ternaryNet();
  path = await saved(model);
});
afterAll(() => {
  endAllServers();
  removeFolders();
});

/** What the server prints that refuses to start: one message, and no more. */
async function refusal(...args: string[]): Promise<string> {
  const { code, output } = await runServer('--backend', 'wasm', ...args);
  expect(code).toBe(2);
  expect(output).not.toMatch(/\n\s+at |node_modules/);
  return output;
}

test.each([...BACKENDS, 'cpu'])('starts, answers and ends on %s', async (backend) => {
  const server = await startServer(path, '--name', 'net', '--backend', backend);
  expect(server.output()).toMatch(`Serving ${path} on ${backend}:`);
  expect(server.output()).toMatch(/first +bitnet +\[16,32\]/);
  const x = tf.tensor2d(randomFloats(32, 1), [2, 16]);
  const body = { instances: x.arraySync() };
  const answer = await send(`${server.url}/v1/models/net:predict`, { body });
  // Ternary layers give the same on every backend.
  const predictions = (model.predict(x) as tf.Tensor).arraySync();
  expect(answer).toMatchObject({ status: 200, body: { predictions } });
  expect(await server.end()).toEqual({ code: 0, signal: null });
});

test('on localhost, and on all addresses', async () => {
  for (const host of ['localhost', '0.0.0.0']) {
    const server = await startServer(path, '--host', host, '--backend', 'wasm');
    const { port } = new URL(server.url);
    const urls = host === 'localhost' ? [server.url] : [server.url, `http://127.0.0.1:${port}`];
    for (const url of urls) expect(await send(`${url}/healthz`)).toMatchObject({ status: 200 });
    expect(await server.end()).toEqual({ code: 0, signal: null });
  }
});

describe('refuses to start, with exit code 2,', () => {
  test('without a model', async () => {
    expect(await refusal()).toMatch(
      'the arguments must be MODEL, --model NAME=MODEL or --models DIR, got none',
    );
  });

  test('with a folder that is missing', async () => {
    const missing = newFolder();
    const reason = `folder "${missing}": model.json cannot be read: ENOENT`;
    expect(await refusal(missing)).toMatch(reason);
    expect(await refusal(missing, '--workers', '2')).toMatch(reason);
    expect(await refusal('--models', missing)).toMatch(
      `tfjs-bitcore: --models must be a folder with models, got "${missing}".`,
    );
  });

  test('on a port or address that is not to be had', async () => {
    const holder: Server = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    expect(await refusal(path, '--port', String(port))).toMatch(/EADDRINUSE/);
    holder.close();
    expect(await refusal(path, '--host', '192.0.2.1')).toMatch(/192\.0\.2\.1/);
  });

  test('with wrong options', async () => {
    expect(await refusal(path, '--port', '70000')).toMatch(
      '--port must be an integer from 0 to 65535, got "70000"',
    );
    expect(await refusal(path, '--backend', 'gpu')).toMatch(
      "--backend must be 'tensorflow', 'wasm' or 'cpu', got \"gpu\"",
    );
  });
});

describe('a damaged model is refused', () => {
  const damages: Record<string, readonly [damage: (path: string) => void, message: RegExp]> = {
    'no model.json': [(path) => unlinkSync(join(path, 'model.json')), /ENOENT.*model\.json/],
    'no weights': [(path) => unlinkSync(join(path, 'weights.bin')), /ENOENT.*weights\.bin/],
    'weights cut off': [(path) => truncateSync(join(path, 'weights.bin'), 100), /./],
    'weights cut inside a number': [(path) => truncateSync(join(path, 'weights.bin'), 101), /./],
    'empty weights': [(path) => truncateSync(join(path, 'weights.bin'), 0), /./],
    'model.json cut off': [(path) => truncateSync(join(path, 'model.json'), 300), /JSON/],
    'another format': [
      (path) => writeFileSync(join(path, 'model.json'), '{"format": "graph-model"}'),
      /must be of format "layers-model", got "graph-model"/,
    ],
    'an unknown layer': [
      (path) => {
        const file = join(path, 'model.json');
        writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"BitLinear"', '"Other"'));
      },
      /Unknown layer: Other/,
    ],
  };

  test.each(Object.entries(damages))('%s', async (_title, [damage, message]) => {
    const damaged = await savedWithoutDigests(ternaryNet());
    damage(damaged);
    const error = (await ServedModel.load(damaged).catch((error: Error) => error)) as Error;
    expect(error.message).toMatch(`No model could be loaded from ${damaged}: `);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/undefined|null/);
  });
});

test('a model in several files of weights is served as in one', async () => {
  const model = ternaryNet();
  const split = await savedWithoutDigests(model);
  const bytes = readFileSync(join(split, 'weights.bin'));
  renameSync(join(split, 'weights.bin'), join(split, 'group1-shard1of2.bin'));
  truncateSync(join(split, 'group1-shard1of2.bin'), 50);
  writeFileSync(join(split, 'group1-shard2of2.bin'), bytes.subarray(50));
  const file = join(split, 'model.json');
  const shards = '"group1-shard1of2.bin","group1-shard2of2.bin"';
  writeFileSync(file, readFileSync(file, 'utf8').replace('"weights.bin"', shards));
  const { layers } = await ServedModel.load(split);
  const x = tf.ones([2, 16]);
  expect((layers.predict(x) as tf.Tensor).arraySync()).toEqual(
    (model.predict(x) as tf.Tensor).arraySync(),
  );
});

describe('options', () => {
  const parse = (...args: string[]) =>
    readServerOptions('test', serveOptions(['models/my net', ...args]));

  test('have defaults', () => {
    expect(parse()).toEqual({
      models: { my_net: 'models/my net' },
      host: '127.0.0.1',
      port: 8501,
      imports: [],
      workers: 1,
      batchWindowMs: 2,
      maxBatch: 64,
      maxRows: 1024,
      maxQueue: 4096,
      maxBodyBytes: 16 * 2 ** 20,
      maxHeldBytes: 4 * (16 * 2 ** 20 + 4096),
      maxConnections: 1000,
      allowHost: [],
      allowOrigin: [],
      warmupShapes: {},
      timeoutMs: 10_000,
      logLevel: 'silent',
      log: expect.any(Function),
    });
  });

  test('are read', () => {
    const args = '--name a.b-c_1 --host ::1 --port 0 --backend cpu --workers 3 --batch-window-ms 0';
    const limits = '--max-batch 1 --max-rows 2 --max-queue 3 --max-body-bytes 4 --timeout-ms 5';
    const models = '--model other=models/a=b --models src';
    const more = '--max-held-bytes 5000 --max-connections 6 --import a.js';
    const hosts = '--allow-host a.example --allow-host B.example';
    const origins = '--allow-origin https://a.example --allow-origin http://b.example:81';
    const shapes =
      '--warmup-shape 64,64,3 --warmup-shape other= --warmup-shape a.b-c_1=7 --log-level info';
    expect(
      parse(...`${args} ${models} ${limits} ${more} ${hosts} ${origins} ${shapes}`.split(' ')),
    ).toEqual({
      models: { 'a.b-c_1': 'models/my net', other: 'models/a=b' },
      modelsFolder: 'src',
      host: '::1',
      port: 0,
      backend: 'cpu',
      imports: ['a.js'],
      workers: 3,
      batchWindowMs: 0,
      maxBatch: 1,
      maxRows: 2,
      maxQueue: 3,
      maxBodyBytes: 4,
      maxHeldBytes: 5000,
      maxConnections: 6,
      allowHost: ['a.example', 'b.example'],
      allowOrigin: ['https://a.example', 'http://b.example:81'],
      warmupShapes: { 'a.b-c_1': [[64, 64, 3], [7]], other: [[]] },
      timeoutMs: 5,
      logLevel: 'info',
      log: expect.any(Function),
    });
  });

  test.each([
    ['--port', '-1'],
    ['--port', '80.5'],
    ['--port', ' '],
    ['--port', '0x50'],
    ['--workers', '0'],
    ['--workers', '257'],
    ['--max-batch', '0'],
    ['--max-rows', 'many'],
    ['--max-queue', ''],
    ['--max-body-bytes', '1e12'],
    ['--max-body-bytes', '1000000000000'],
    ['--max-held-bytes', '16777216'],
    ['--max-connections', '0'],
    ['--allow-host', 'a.example:80'],
    ['--log-level', 'loud'],
    ['--allow-origin', 'a.example'],
    ['--allow-origin', '*'],
    ['--allow-origin', 'https://a.example/'],
    ['--allow-origin', 'file://a'],
    ['--warmup-shape', '7,0'],
    ['--warmup-shape', 'net=7,x'],
    ['--warmup-shape', 'a/b=7'],
    ['--timeout-ms', '0'],
    ['--timeout-ms', '86400001'],
    ['--batch-window-ms', 'Infinity'],
    ['--name', 'a/b'],
    ['--name', 'a:b'],
    ['--name', ''],
    ['--backend', 'webgl'],
    ['--model', 'models/net'],
    ['--model', 'a/b=models/net'],
    ['--model', 'net='],
    ['--unknown', '1'],
  ])('%s %j is refused', (option, value) => {
    expect(() => parse(option, value)).toThrow(option);
  });
});
