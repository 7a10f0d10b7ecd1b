import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { metricsOf, send } from './support/client';
import { Load } from './support/load';
import { removeFolders, saved, ternaryNet } from './support/models';
import { endAllServers, startServer, workersOf, type ServerProcess } from './support/process';
import { until } from './support/until';

jest.setTimeout(60_000);

const CLIENTS = 32;

beforeAll(() => tf.setBackend('wasm'));
afterAll(() => {
  endAllServers();
  removeFolders();
});

/** The tensors of both workers say that both are there: each holds the same. */
function bothAnswer(server: ServerProcess, tensors: number): Promise<void> {
  const areThere = async () => (await metricsOf(server.url))['tfjs_tensors'] === tensors;
  return until(areThere, () => `The worker did not come back:\n${server.output()}`);
}

test('kill -9 of a worker under load: the other goes on, and it comes back', async () => {
  const model = ternaryNet();
  const options = ['--name', 'net', '--backend', 'wasm', '--workers', '2'];
  const server = await startServer(await saved(model), ...options);
  const { tfjs_tensors } = await metricsOf(server.url);
  const load = new Load(`${server.url}/v1/models/net:predict`, model, CLIENTS, true);
  const all = load.run();
  await sleep(500);

  const [victim] = await workersOf(server);
  process.kill(victim, 'SIGKILL');
  await sleep(100);
  const rightThen = load.met.right;
  const goesOn = () => Promise.resolve(load.met.right > rightThen + CLIENTS);
  await until(goesOn, () => `The other worker does not go on:\n${server.output()}`);
  await bothAnswer(server, tfjs_tensors);
  expect(await workersOf(server)).toHaveLength(2);
  expect(await workersOf(server)).not.toContain(victim);

  load.end();
  const met = await all;
  expect(met).toMatchObject({ wrong: 0, busy: 0, refused: 0 });
  // At most the requests that the dead worker had, one a client, and those on their way to it.
  expect(met.lost.length).toBeLessThanOrEqual(2 * CLIENTS);
  expect(server.output()).toMatch(`Worker ${victim} ended (SIGKILL); starting another.`);
  expect(await server.end()).toEqual({ code: 0, signal: null });
});

const ANSWERED =
  'serving_requests_total{method="POST",route="/v1/models/net:predict",status="200"}';

test('a stopped worker is noticed and replaced, and what it had counted stays', async () => {
  const options = ['--name', 'net', '--backend', 'wasm', '--workers', '2'];
  const server = await startServer(await saved(ternaryNet()), ...options);
  const { tfjs_tensors } = await metricsOf(server.url);
  // Connections go to the workers in turn, and none is used again.
  const agent = new Agent({ keepAlive: false });
  const body = { instances: [Array<number>(16).fill(1)] };
  for (let i = 0; i < 10; i++) await send(`${server.url}/v1/models/net:predict`, { body, agent });
  await sleep(3000);
  const [victim] = await workersOf(server);
  process.kill(victim, 'SIGSTOP');
  const gone = () => server.output().includes(`Worker ${victim} ended (SIGKILL)`);

  // One of them waits for the stopped worker.
  const askTwice = () => Promise.any([metricsOf(server.url, agent), metricsOf(server.url, agent)]);
  const start = performance.now();
  const meanwhile = await askTwice();
  expect(performance.now() - start).toBeLessThan(3000);
  expect(gone()).toBe(false);
  expect(meanwhile).toMatchObject({ [ANSWERED]: 10, serving_batch_rows_sum: 10, tfjs_tensors });

  await until(
    () => Promise.resolve(gone()),
    () => `It is not noticed:\n${server.output()}`,
  );
  expect(await askTwice()).toMatchObject({ [ANSWERED]: 10, serving_batch_rows_sum: 10 });
  await bothAnswer(server, tfjs_tensors);
  expect(await metricsOf(server.url)).toMatchObject({ [ANSWERED]: 10, serving_batch_rows_sum: 10 });
  expect(await workersOf(server)).not.toContain(victim);
  expect(await server.end()).toEqual({ code: 0, signal: null });
}, 120_000);

test('kill -9 of a worker ends the connection that was on its way to it', async () => {
  const options = ['--name', 'net', '--backend', 'wasm', '--workers', '2'];
  const server = await startServer(await saved(ternaryNet()), ...options);
  const [victim] = await workersOf(server);
  process.kill(victim, 'SIGSTOP'); // it takes nothing more, and the supervisor does not know
  const requests = Array.from({ length: 8 }, () => send(`${server.url}/healthz`));
  const outcomes = Promise.allSettled(requests);
  await sleep(500);
  process.kill(victim, 'SIGKILL');
  const lost = (await outcomes).filter(({ status }) => status === 'rejected');
  expect(lost).toMatchObject([{ reason: { sent: true } }]);
  expect(await server.end()).toEqual({ code: 0, signal: null });
});
