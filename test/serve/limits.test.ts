import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { metricsOf, send, type Answer } from './support/client';
import { removeFolders, saved, ternaryNet, repeatingNet } from './support/models';
import { endAllServers, startServer, type ServerProcess } from './support/process';
import { connected, postText } from './support/rude';
import { until } from './support/until';

/* The server's memory: how much requests and answers may take, and for how long. */

jest.setTimeout(60_000);

const BUSY = { status: 503, headers: { 'retry-after': '1' }, body: { error: expect.any(String) } };

beforeAll(() => tf.setBackend('cpu'));
afterAll(() => {
  endAllServers();
  removeFolders();
});

/** A float32 of many digits. */
const LONG = -1.1754943508222875e-38;

const rowsOf = (count: number) => Array.from({ length: count }, () => Array<number>(16).fill(LONG));

/** A server, and a client that sends it some rows and expects the right answer, or 503. */
async function start(model: tf.LayersModel, rows: number, ...args: string[]) {
  const path = await saved(model);
  const server = await startServer(path, '--name', 'net', '--backend', 'wasm', ...args);
  const predict = `${server.url}/v1/models/net:predict`;
  const instances = rowsOf(rows);
  const predictions = (model.predict(tf.tensor2d(instances)) as tf.Tensor).arraySync();
  const ask = async (): Promise<Answer> => {
    const answer = await send(predict, { body: { instances } });
    expect(answer).toMatchObject(
      answer.status === 200 ? { status: 200, body: { predictions } } : BUSY,
    );
    return answer;
  };
  return { server, predict, ask };
}

/** Asks until there is an answer, and no sooner than a refusal says; the milliseconds that it took. */
async function untilServed(ask: () => Promise<Answer>): Promise<number> {
  const begin = performance.now();
  for (let answer = await ask(); answer.status !== 200; answer = await ask()) {
    await sleep(1000 * Number(answer.headers['retry-after']));
  }
  return performance.now() - begin;
}

async function busyAnswers({ url }: ServerProcess): Promise<number> {
  const name = 'serving_requests_total{method="POST",route="/v1/models/net:predict",status="503"}';
  return (await metricsOf(url))[name] ?? 0;
}

/** All that a server sends, until it ends the connection. */
async function received(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

describe('--max-held-bytes', () => {
  const BODY = 100_000;
  /** Two requests of the largest size, but not even a tiny one beside them. */
  const HELD = 2 * (BODY + 4096) - 1;
  let started: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    const limits = ['--max-body-bytes', String(BODY), '--max-held-bytes', String(HELD)];
    started = await start(ternaryNet(), 1, ...limits, '--timeout-ms', '30000');
  });

  /** Sends almost all of two large bodies, so that no other request has a place. */
  async function spend(): Promise<Socket[]> {
    const { predict } = started;
    const text = postText(predict, ' '.repeat(BODY));
    const sockets = await Promise.all([connected(predict), connected(predict)]);
    for (const socket of sockets) socket.write(text.slice(0, -1000));
    await sleep(300);
    return sockets;
  }

  test('is spent: 503 with the time to come again, until the requests have ended', async () => {
    const { server, ask } = started;
    const [before, sockets] = [await busyAnswers(server), await spend()];
    expect(await ask()).toMatchObject(BUSY);
    expect(await busyAnswers(server)).toBe(before + 1);
    for (const socket of sockets) socket.destroy();
    await sleep(200);
    expect(await ask()).toMatchObject({ status: 200 });
  });

  test('is not kept by clients that are slow to send', async () => {
    const { ask } = started;
    const sockets = await spend();
    // The slowest one is refused, long before its time is over.
    expect(await untilServed(ask)).toBeLessThan(10_000);
    const slow = await Promise.race(
      sockets.map(async (socket) => String((await once(socket, 'data'))[0])),
    );
    expect(slow).toMatch(/^HTTP\/1.1 503 [^]*retry-after: 1\r\n[^]*memory of this slow one/);
    for (const socket of sockets) socket.destroy();
  });

  test('is not spent by bodies that are too large', async () => {
    const { predict, ask } = started;
    const body = ' '.repeat(20 * BODY);
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(predict, { body })));
    for (const { status } of answers) expect([413, 503]).toContain(status);
    expect(await ask()).toMatchObject({ status: 200 });
  });
});

describe('clients that never read', () => {
  const CLIENTS = 16;
  const TIMEOUT_MS = 6000;
  const model = repeatingNet();
  const instances = rowsOf(200);
  const predictions = (model.predict(tf.tensor2d(instances)) as tf.Tensor).arraySync();
  const ANSWER = JSON.stringify({ predictions }).length;
  /** Two of their answers, and little beside them. */
  const HELD = 2 * ANSWER + 300_000;

  test('cost a bounded memory, for a bounded time, and others are served beside them', async () => {
    const { server, predict, ask } = await start(
      model,
      20, // their answer is larger than what is left beside the two
      ...['--max-body-bytes', '100000', '--max-held-bytes', String(HELD)],
      ...['--timeout-ms', String(TIMEOUT_MS)],
    );
    const figure = async (name: string) => (await metricsOf(server.url))[name];
    for (let i = 0; i < 4; i++) await send(predict, { body: { instances } });
    const rowsBefore = await figure('serving_batch_rows_sum');
    const memoryBefore = await figure('process_resident_memory_bytes');

    const text = postText(predict, JSON.stringify({ instances }));
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => connected(predict)));
    for (const socket of sockets) socket.pause().write(text);
    const rows = rowsBefore + CLIENTS * instances.length;
    await until(
      async () => (await figure('serving_batch_rows_sum')) === rows,
      () => `Not all is computed:\n${server.output()}`,
    );
    // They have proved to be slow long before their time is over.
    expect(await untilServed(ask)).toBeLessThan(TIMEOUT_MS - 2000);
    const growth = (await figure('process_resident_memory_bytes')) - memoryBefore;
    expect(growth).toBeLessThan(130e6);

    await sleep(TIMEOUT_MS + 500);
    const answers = await Promise.all(sockets.map(received));
    const begun = answers.filter((answer) => answer.startsWith('HTTP/1.1 200 '));
    expect(begun.length).toBeGreaterThan(0);
    for (const { length } of begun) expect(length).toBeLessThan(ANSWER);
    expect(await ask()).toMatchObject({ status: 200 });
  });
});
