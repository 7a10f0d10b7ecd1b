import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { setTimeout as sleep } from 'node:timers/promises';
import { Load } from './support/load';
import { removeFolders, saved, ternaryNet } from './support/models';
import { endAllServers, startServer } from './support/process';
import { inParts, postText, talk } from './support/rude';

jest.setTimeout(60_000);
// A system resets a connection that it has made and the server has not yet taken, whatever the server does:
// rare, and not twice running.
jest.retryTimes(2, { logErrorsBeforeRetry: true });

const CLIENTS = 64;
const PREDICT = '/v1/models/net:predict';

let model: tf.LayersModel;
let args: string[];

beforeAll(async () => {
  await tf.setBackend('wasm');
  model = ternaryNet();
  args = [await saved(model), '--name', 'net', '--backend', 'wasm'];
});
afterAll(() => {
  endAllServers();
  removeFolders();
});

describe.each([1, 2])('with %d workers', (workers) => {
  test.each([
    ['that stay', true],
    ['for one request each', false],
  ])('SIGTERM under load loses no request on connections %s', async (_title, stays) => {
    const server = await startServer(...args, ...(workers > 1 ? ['--workers', `${workers}`] : []));
    const load = new Load(server.url + PREDICT, model, CLIENTS, stays).run();
    await sleep(1000);
    const ended = server.end();
    const met = await load;
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(met).toEqual({
      right: expect.any(Number),
      wrong: 0,
      busy: 0,
      lost: [],
      refused: CLIENTS,
    });
    expect(met.right).toBeGreaterThan(CLIENTS);
  });
});

test('a slow request is waited for, and answered; an unfinished one not for ever', async () => {
  const server = await startServer(...args, '--timeout-ms', '8000');
  const body = JSON.stringify({ instances: [Array(16).fill(1)] });
  const text = postText(server.url + PREDICT, body);
  const slow = talk(server.url, inParts(text, 10), 200);
  const unfinished = talk(server.url, text.slice(0, 100)).catch(({ code }) => code as string);
  await sleep(500);
  const ended = server.end();
  expect(await slow).toMatch(/^HTTP\/1\.1 200 /);
  expect(await unfinished).toMatch(/^HTTP\/1\.1 408 |^ECONNRESET$|^$/);
  expect(await ended).toEqual({ code: 0, signal: null });
});

test('SIGINT ends it, too, and a second signal changes nothing', async () => {
  const server = await startServer(...args);
  void server.end('SIGINT');
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
});
