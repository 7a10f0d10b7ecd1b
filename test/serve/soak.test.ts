import type { Agent } from 'node:http';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFloats, randomSource } from '../support/values';
import { keepAlive, metricsOf, onConnections, send } from './support/client';
import { removeFolders, saved, ternaryNet } from './support/models';
import { endAllServers, startServerIn, type ServerProcess } from './support/process';
import { inParts, postText, sendAndGo, talk } from './support/rude';

jest.setTimeout(120_000);

const CONNECTIONS = 64;
const WARM_UP = 4000;
const REQUESTS = 20_000;
const MAX_BODY = 32_768;

/** Garbage is then collected soon, so that growth is no garbage. */
const SMALL_HEAP = '--max-old-space-size=80';

let server: ServerProcess;
let url: string;
let agent: Agent;
let rows: number[][];
let expected: string[];

beforeAll(async () => {
  await tf.setBackend('wasm');
  const model = ternaryNet();
  rows = Array.from({ length: 500 }, (_, i) => [...randomFloats(16, i)]);
  const outputs = (model.predict(tf.tensor2d(rows)) as tf.Tensor2D).arraySync();
  expected = outputs.map((row) => JSON.stringify({ predictions: [row] }));
  const limits = ['--max-body-bytes', String(MAX_BODY), '--timeout-ms', '5000'];
  const options = [await saved(model), '--name', 'net', '--backend', 'wasm', ...limits];
  server = await startServerIn({ NODE_OPTIONS: SMALL_HEAP }, ...options);
  url = `${server.url}/v1/models/net:predict`;
  agent = keepAlive(CONNECTIONS);
});
afterAll(() => {
  agent.destroy();
  endAllServers();
  removeFolders();
});

/** What a kind of client met: how often, and what was not as expected. */
type Tally = Record<string, { count: number; failures: string[] }>;

/** Sends the request of an index; what is wrong with the answer, if anything is. */
type Client = (index: number) => Promise<string | undefined>;

const goodBody = (i: number) => JSON.stringify({ instances: [rows[i % rows.length]] });

function checkRow(i: number, status: number, text: string): string | undefined {
  const right = status === 200 && text === expected[i % rows.length];
  return right ? undefined : `${status} ${text.slice(0, 200)}`;
}

const answers =
  (status: number, bodyOf: (i: number) => unknown): Client =>
  async (i) => {
    const answer = await send(url, { body: bodyOf(i), agent });
    const isError = typeof answer.body.error === 'string' && Object.keys(answer.body).length === 1;
    return answer.status === status && isError ? undefined : JSON.stringify(answer.body);
  };

async function rudeAnswer(i: number, parts: string[], restMs: number): Promise<string | undefined> {
  const text = await talk(url, parts, restMs);
  return checkRow(i, Number(text.slice(9, 12)), text.split('\r\n\r\n')[1] ?? '');
}

const CLIENTS: Record<string, Client> = {
  async good(i) {
    const { status, body } = await send(url, { body: goodBody(i), agent });
    return checkRow(i, status, JSON.stringify(body));
  },
  'malformed body': answers(400, (i) => goodBody(i).slice(0, 20 + (i % 50))),
  'wrong shape': answers(400, (i) => ({
    instances: [rows[i % rows.length].slice(i % 16)].concat([[]]),
  })),
  'oversize body': answers(413, (i) => goodBody(i).padEnd(MAX_BODY + 1 + (i % 4) * 500_000)),
  async 'gone after the request'(i) {
    await sendAndGo(url, postText(url, goodBody(i)));
    return undefined;
  },
  async 'gone within the request'(i) {
    await sendAndGo(url, postText(url, goodBody(i)).slice(0, 10 + (i % 300)));
    return undefined;
  },
  dripping: (i) => rudeAnswer(i, inParts(postText(url, goodBody(i)), 8), 20),
};

/** The client of an index: four of five are good ones. */
function kindOf(random: () => number): string {
  const rude = Object.keys(CLIENTS).slice(1);
  return random() < 0.8 ? 'good' : rude[Math.floor(random() * rude.length)];
}

async function run(count: number, seed: number): Promise<Tally> {
  const random = randomSource(seed);
  const tally: Tally = {};
  await onConnections(CONNECTIONS, count, async (i) => {
    const kind = kindOf(random);
    const { failures } = (tally[kind] ??= { count: 0, failures: [] });
    tally[kind].count++;
    const failure = await CLIENTS[kind](i).catch((error: Error) => error.message);
    if (failure != null) failures.push(failure);
  });
  return tally;
}

/** Clients that never finish their requests; what they are told. */
function neverFinish(count: number): Promise<string[]> {
  const text = postText(url, goodBody(0));
  return Promise.all(
    Array.from({ length: count }, (_, i) => talk(url, text.slice(0, 20 + 10 * (i % 30)))),
  );
}

/** Of the server, when all is answered and all connections have ended. */
async function memory() {
  agent.destroy();
  await sleep(500);
  const metrics = await metricsOf(server.url);
  return {
    tensors: metrics['tfjs_tensors'],
    tensorBytes: metrics['tfjs_tensor_bytes'],
    rss: metrics['process_resident_memory_bytes'],
    handles: metrics['nodejs_active_handles_total'],
    waiting: metrics['serving_queue_rows'],
  };
}

test('20,000 requests, good and bad, at 64 connections', async () => {
  await run(WARM_UP, 1);
  const before = await memory();
  const unfinished = neverFinish(100);
  const tally = await run(REQUESTS, 2);
  for (const answer of await unfinished) expect(answer).toMatch(/^HTTP\/1.1 408 /);
  const after = await memory();

  const counts = Object.values(tally).map(({ count }) => count);
  expect(counts.reduce((a, b) => a + b)).toBe(REQUESTS);
  expect(Object.keys(tally).sort()).toEqual(Object.keys(CLIENTS).sort());
  expect(Object.values(tally).flatMap(({ failures }) => failures)).toEqual([]);
  expect(after).toMatchObject({
    tensors: before.tensors,
    tensorBytes: before.tensorBytes,
    waiting: 0,
  });
  expect(after.handles).toBeLessThanOrEqual(before.handles + 2);
  expect(after.rss - before.rss).toBeLessThan(20e6);
  expect(server.output()).not.toMatch(/Internal error/); // errors of the server's own
  expect(await server.end()).toEqual({ code: 0, signal: null });
});
