import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { randomFloats } from '../support/values';
import { metricsOf, send } from './support/client';
import { closeAll, serve } from './support/in_process';
import { removeFolders, saved, ternaryNet } from './support/models';
import { endAllServers, startServer } from './support/process';
import { connected } from './support/rude';

jest.setTimeout(60_000);

const ROW = [...randomFloats(16, 1)];

beforeAll(() => tf.setBackend('wasm'));
afterEach(closeAll);
afterAll(() => {
  endAllServers();
  removeFolders();
});

/** 6 good requests of 9 rows, 3 bad ones, and one for the status; each on a connection of its own. */
async function knownRequests(base: string): Promise<void> {
  for (const count of [1, 1, 1, 1, 2, 3]) {
    const { status } = await send(`${base}:predict`, {
      body: { instances: Array(count).fill(ROW) },
    });
    expect(status).toBe(200);
  }
  for (const body of ['{', '{}', { instances: [[1]] }]) await send(`${base}:predict`, { body });
  await send(base);
  await send(`${base}/versions/7`);
}

test.each([[[]], [['--workers', '2']]])(
  'the access log has a line for each request and its answer %j',
  async (more) => {
    const path = await saved(ternaryNet());
    const server = await startServer(
      ...[path, '--name', 'net', '--backend', 'wasm', '--log-level', 'info', ...more],
    );
    await send(`${server.url}/v1/models/net:predict`, { body: { instances: [ROW] } });
    await send(`${server.url}/v1/models/none`);
    await server.end();
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    const logged = lines.map((line) => JSON.parse(line) as { req?: object; res?: object });
    const urls = ['/v1/models/net:predict', '/v1/models/none'];
    expect(logged.filter(({ req }) => req)).toMatchObject(urls.map((url) => ({ req: { url } })));
    expect(logged.filter(({ res }) => res).map(({ res }) => res)).toEqual([
      { statusCode: 200 },
      { statusCode: 404 },
    ]);
  },
);

const KNOWN = {
  'serving_requests_total{method="POST",route="/v1/models/net:predict",status="200"}': 6,
  'serving_requests_total{method="POST",route="/v1/models/net:predict",status="400"}': 3,
  'serving_requests_total{method="GET",route="/v1/models/net",status="200"}': 1,
  'serving_requests_total{method="GET",route="none",status="404"}': 1,
  'serving_errors_total{status="400"}': 3,
  'serving_errors_total{status="404"}': 1,
  'serving_request_seconds_count{route="/v1/models/net:predict"}': 9,
  'serving_request_seconds_bucket{le="+Inf",route="/v1/models/net:predict"}': 9,
  serving_batch_rows_count: 6,
  serving_batch_rows_sum: 9,
  'serving_batch_rows_bucket{le="1"}': 4,
  'serving_batch_rows_bucket{le="2"}': 5,
  'serving_batch_rows_bucket{le="4"}': 6,
  serving_queue_rows: 0,
};

test('what is counted, after known requests', async () => {
  const { url, base } = await serve(ternaryNet());
  await knownRequests(base);
  const { headers } = await send(`${url}/metrics`);
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const metrics = await metricsOf(url);
  expect(metrics).toMatchObject(KNOWN);
  const { numTensors, numBytes } = tf.memory();
  expect(metrics).toMatchObject({ tfjs_tensors: numTensors, tfjs_tensor_bytes: numBytes });
  expect(metrics['process_resident_memory_bytes']).toBeGreaterThan(1e7);
});

test('a connection that makes place for another in the middle of its request', async () => {
  const { url } = await serve(ternaryNet(), '--max-connections', '1');
  const slow = await connected(url);
  const answer = once(slow, 'data');
  slow.write('POST /v1/models');
  await sleep(200);
  const other = await connected(url);
  expect(String((await answer)[0])).toMatch(/^HTTP\/1.1 503 [^]*need the place of this slow one/);
  other.destroy();
  const counted = 'serving_requests_total{method="none",route="none",status="503"}';
  expect(await metricsOf(url)).toMatchObject({
    [counted]: 1,
    'serving_errors_total{status="503"}': 1,
  });
});

test('health', async () => {
  const { url, server } = await serve(ternaryNet());
  expect(await send(`${url}/healthz`)).toMatchObject({
    status: 200,
    body: { status: 'ok', models: { net: 1 } },
  });
  server.startDraining(Promise.resolve());
  const answer = await send(`${url}/healthz`);
  expect(answer).toMatchObject({ status: 503, body: { status: 'draining', models: { net: 1 } } });
  expect(answer.headers.connection).toBe('close');
});

test('two workers: the sums of both, whoever is asked', async () => {
  const path = await saved(ternaryNet());
  const args = [path, '--name', 'net', '--backend', 'wasm', '--workers', '2'];
  const server = await startServer(...args);
  await knownRequests(`${server.url}/v1/models/net`);
  const tensors = ternaryNet().weights.length;
  // Connections go to the workers in turn.
  for (let i = 0; i < 4; i++) {
    const metrics = await metricsOf(server.url);
    expect(metrics).toMatchObject(KNOWN);
    expect(metrics['tfjs_tensors']).toBe(2 * tensors);
  }
  const many = await Promise.all(Array.from({ length: 20 }, () => metricsOf(server.url)));
  for (const metrics of many) expect(metrics).toMatchObject(KNOWN);
  expect(await server.end()).toEqual({ code: 0, signal: null });
});
