import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFloats } from '../support/values';
import { keepAlive, NoAnswer, send } from './support/client';
import { removeFolders, saved, ternaryNet } from './support/models';
import { endAllServers, startServer } from './support/process';

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

const CONNECTIONS = 64;

/** What clients met that go on until they are refused. */
async function loadUntilRefused(url: string, predict: string, agents?: true) {
  const rows = Array.from({ length: 64 }, (_, i) => [...randomFloats(16, i)]);
  const expected = (model.predict(tf.tensor2d(rows)) as tf.Tensor2D).arraySync();
  const agent = agents && keepAlive(CONNECTIONS);
  const met = { right: 0, wrong: 0, refused: 0, lost: [] as string[] };
  const client = async (i: number) => {
    for (;;) {
      try {
        const body = { instances: [rows[i]] };
        const answer = await send(url + predict, { body, ...(agent && { agent }) });
        const right =
          JSON.stringify(answer.body) === JSON.stringify({ predictions: [expected[i]] });
        met[right ? 'right' : 'wrong']++;
      } catch (error) {
        const { code, sent, message } = error as NoAnswer;
        if (code === 'ECONNREFUSED' && !sent) met.refused++;
        else met.lost.push(message);
        return;
      }
    }
  };
  await Promise.all(rows.map((_, i) => client(i)));
  return met;
}

describe.each([[[]], [['--workers', '2']]])('with %j', (args) => {
  test.each([
    ['that stay', true],
    ['for one request each', undefined],
  ] as const)('SIGTERM under load loses nothing on connections %s', async (_title, agents) => {
    const server = await startServer(
      '--model',
      path,
      '--name',
      'net',
      '--backend',
      'wasm',
      ...args,
    );
    const load = loadUntilRefused(server.url, '/v1/models/net:predict', agents);
    await sleep(1500);
    const ended = server.end();
    const met = await load;
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(met).toMatchObject({ wrong: 0, lost: [], refused: CONNECTIONS });
  });
});
