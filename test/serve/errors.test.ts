import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { keepAlive, onConnections, send, type Answer } from './support/client';
import { errorOf } from './support/error_of';
import { closeAll, serve, type Served } from './support/in_process';
import {
  embeddingNet,
  removeFolders,
  saved,
  sequenceNet,
  ternaryNet,
  twoInputsNet,
  Touchy,
  touchyNet,
} from './support/models';
import { endAllServers, startServer } from './support/process';
import { talk } from './support/rude';

let ternary: Served;
let sequence: Served;
let twoInputs: Served;
let embedding: Served;

beforeAll(async () => {
  await tf.setBackend('wasm');
  ternary = await serve(ternaryNet(), '--max-body-bytes', '20000', '--max-rows', '10');
  sequence = await serve(sequenceNet());
  twoInputs = await serve(twoInputsNet());
  embedding = await serve(embeddingNet());
});
afterAll(async () => {
  await closeAll();
  endAllServers();
  removeFolders();
});

const ROW = Array.from({ length: 16 }, (_, i) => i);
const rowWith = (value: unknown) => ROW.map((number, i) => (i === 3 ? value : number));
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('a bad body', () => {
  const bodies: Record<string, readonly [body: unknown, message: RegExp]> = {
    'no JSON': ['{"instances": [[1', /^JSON Parse error: /],
    'text after the JSON': [`${JSON.stringify({ instances: [ROW] })} x`, /^JSON Parse error: /],
    empty: ['', /^JSON Parse error: Unexpected end/],
    'no object': [[ROW], /must be an object/],
    null: ['null', /must be an object/],
    'neither instances nor inputs': [{ rows: [ROW] }, /must be an object with either/],
    'both instances and inputs': [
      { instances: [ROW], inputs: [ROW] },
      /must be an object with either/,
    ],
    'no rows': [{ instances: [] }, /instances must NOT have fewer than 1 items, got a list of 0/],
    'no list of rows': [{ instances: 'all' }, /instances must be array, got "all"/],
    'one row without its list': [{ instances: [1] }, /instances.0 must be array, got 1/],
    'a row too short': [{ instances: [ROW, ROW.slice(1)] }, /instances.1 .*than 16 .*a list of 15/],
    'a row too long': [{ instances: [[...ROW, 1]] }, /instances.0 .*more than 16 .*list of 17/],
    'a row too deep': [{ instances: [[ROW]] }, /instances.0 .*than 16 items, got a list of 1/],
    'a number too deep': [{ instances: [rowWith([1])] }, /instances.0.3 must be number/],
    'text for a number': [
      { instances: [rowWith('one')] },
      /instances.0.3 must be number, got "one"/,
    ],
    'null for a number': [{ instances: [rowWith(null)] }, /instances.0.3 must be number, got null/],
    'true for a number': [{ instances: [rowWith(true)] }, /instances.0.3 must be number, got true/],
    'a number beyond float32': [{ instances: [rowWith(3.5e38)] }, /instances.0.3 must be <= 3.4/],
    'a number beyond float64': [
      JSON.stringify({ instances: [rowWith(77)] }).replace('77', '-1e999'),
      /instances.0.3 must be number, got -Infinity/,
    ],
    'a bare NaN': ['{"instances": [[NaN]]}', /^JSON Parse error: /],
    'another name': [{ instances: [{ x: ROW }] }, /instances.0 must have required property/],
    'too many rows': [
      { instances: Array(11).fill(ROW) },
      /instances must NOT have more than 10 items/,
    ],
    'too many rows in columns': [
      { inputs: Array(11).fill(ROW) },
      /inputs must NOT have more than 10/,
    ],
    'another signature': [
      { signature_name: 'other', instances: [ROW] },
      /signature_name must be .*"serving_default"/,
    ],
    'a signature that is no name': [{ signature_name: 1, instances: [ROW] }, /signature_name/],
    'rows deeper than any stack': [
      `{"instances": [${nested(9000)}]}`,
      /must have at most 74 lists and objects within each other/,
    ],
    'an object deeper than any stack': [
      `{"instances": [{"x": ${nested(9000)}}]}`,
      /must have at most 74 lists and objects within each other/,
    ],
  };

  test.each(Object.entries(bodies))('%s', async (_title, [body, message]) => {
    const error = await errorOf(400, `${ternary.base}:predict`, { method: 'POST', body });
    expect(error).toMatch(message);
    if (!/JSON Parse/.test(error)) expect(error).toMatch(/float32 \[batch, 16\]\.$/);
  });

  test('ragged rows where any size will do', async () => {
    const body = {
      instances: [
        [[1, 2, 3]],
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
    };
    const error = await errorOf(400, `${sequence.base}:predict`, { body });
    expect(error).toMatch(/must have one shape: row 0 has \[1,3\], row 1 does not/);
    await errorOf(400, `${sequence.base}:predict`, { body: { instances: [[]] } });
  });

  test.each([[[0, 1, 2.5]], [[0, 1, 'NaN']], [[0, 1, 2 ** 31]], [[0, 1, '2']]])(
    'no whole numbers: %j',
    async (row) => {
      const error = await errorOf(400, `${embedding.base}:predict`, { body: { instances: [row] } });
      expect(error).toMatch(/instances.0.2 must be .*int32 \[batch, 3\]/);
    },
  );

  const words = [1, 2, 3];
  const ofTwo: Record<string, readonly [body: unknown, message: RegExp]> = {
    'no names': [{ instances: [ROW] }, /instances.0 must be object, got a list of 16/],
    'an input left out': [{ instances: [{ pixels: ROW }] }, /must have required property 'words'/],
    'an input too many': [
      { instances: [{ pixels: ROW, words, other: 1 }] },
      /instances.0 must NOT have additional properties/,
    ],
    'columns without names': [{ inputs: [ROW] }, /inputs must be object/],
    'columns of different length': [
      { inputs: { pixels: [ROW, ROW], words: [words] } },
      /same number of rows, got \[\["pixels",2\],\["words",1\]\]/,
    ],
  };

  test.each(Object.entries(ofTwo))('of two inputs: %s', async (_title, [body, message]) => {
    expect(await errorOf(400, `${twoInputs.base}:predict`, { body })).toMatch(message);
  });

  test.each([{ 'Content-Length': '30000' }, { 'Transfer-Encoding': 'chunked' }])(
    'larger than allowed, with %j: 413',
    async (headers) => {
      const body = ' '.repeat(30_000);
      const error = await errorOf(413, `${ternary.base}:predict`, { body, headers });
      expect(error).toMatch(/too large/);
    },
  );

  test('far larger than allowed', async () => {
    const body = ' '.repeat(30_000_000);
    for (let i = 0; i < 10; i++) await errorOf(413, `${ternary.base}:predict`, { body });
  });

  test('far larger than allowed, from many who still send when they are answered', async () => {
    const limits = ['--backend', 'wasm', '--name', 'net', '--max-body-bytes', '20000'];
    const server = await startServer(await saved(ternaryNet()), ...limits);
    const agent = keepAlive(64);
    const body = ' '.repeat(1_500_000);
    await onConnections(64, 2000, async () => {
      await errorOf(413, `${server.url}/v1/models/net:predict`, { body, agent });
    });
    agent.destroy();
    expect(await server.end()).toEqual({ code: 0, signal: null });
  }, 120_000);
});

describe('a bad URL', () => {
  const urls: ReadonlyArray<
    readonly [status: number, method: string, path: string, message: RegExp]
  > = [
    [404, 'POST', '/v1/models/other:predict', /Servable not found for request: Latest\(other\)/],
    [404, 'GET', '/v1/models/other', /Servable not found/],
    [404, 'GET', '/v1/models/other/metadata', /Servable not found/],
    [404, 'POST', '/v1/models/net/versions/2:predict', /Specific\(net, 2\)/],
    [404, 'GET', '/v1/models/net/versions/2', /Specific\(net, 2\)/],
    [400, 'POST', '/v1/models/net/labels/stable:predict', /Unrecognized .* label: stable/],
    [400, 'GET', '/v1/models/net/labels/stable', /Unrecognized .* label: stable/],
    [400, 'POST', '/v1/models/net:classify', /for predict, not for classify/],
    [400, 'POST', '/v1/models/net:regress', /for predict, not for regress/],
    [400, 'POST', '/v1/models/net:guess', /^Malformed request: POST \/v1\/models\/net:guess$/],
    [400, 'POST', '/v1/models/net', /^Malformed request: POST/],
    [400, 'GET', '/v1/models/net:predict', /^Malformed request: GET/],
    [400, 'PUT', '/v1/models/net:predict', /^Malformed request: PUT/],
    [400, 'DELETE', '/v1/models/net', /^Malformed request: DELETE/],
    [400, 'GET', '/v1/models', /^Malformed request: GET/],
    [400, 'GET', '/v1/models/%zz', /not a valid url/],
    [404, 'GET', '/other', /^Malformed request: GET \/other$/],
    [404, 'POST', '/healthz', /^Malformed request: POST/],
  ];

  test.each(urls)('%d: %s %s', async (status, method, path, message) => {
    expect(await errorOf(status, ternary.url + path, { method })).toMatch(message);
  });
});

describe('what is hardly HTTP', () => {
  const head = 'POST /v1/models/net:predict HTTP/1.1\r\nHost: localhost\r\n';
  test.each([
    ['a line that is none of it', 'GARBAGE\r\n\r\n', 400],
    ['an unknown method', head.replace('POST', 'BREW') + '\r\n', 400],
    ['a large header', `${head}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['a length below 0', `${head}Content-Length: -1\r\n\r\n`, 400],
  ])('%s', async (_title, text, status) => {
    const answer = await talk(ternary.url, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const body = JSON.parse(answer.split('\r\n\r\n')[1]) as object;
    expect(body).toEqual({ error: expect.any(String) });
  });
});

describe('a busy server', () => {
  let touchy: Served;
  let patient: Served;

  beforeAll(async () => {
    const limits = ['--max-batch', '1', '--max-queue', '4'];
    touchy = await serve(touchyNet(), ...limits, '--timeout-ms', '1500');
    patient = await serve(touchyNet(), ...limits, '--timeout-ms', '60000');
  });
  afterEach(() => (Touchy.milliseconds = 0));

  /** Answers to requests that come in all at once, on connections that are open already. */
  async function answersAtOnce(served: Served, count: number): Promise<Answer[]> {
    const agent = keepAlive(count);
    const all = (url: string, body?: object) =>
      Promise.all(Array.from({ length: count }, () => send(url, { agent, ...(body && { body }) })));
    await all(served.base);
    return all(`${served.base}:predict`, { instances: [[1, 2]] });
  }

  test('refuses what its queue cannot take: 503, with the time to come again', async () => {
    Touchy.milliseconds = 50;
    const answers = await answersAtOnce(patient, 30);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(30);
    for (const { status, headers, body } of refused) {
      expect(status).toBe(503);
      expect(headers['retry-after']).toBe('1');
      expect(body).toEqual({ error: '4 rows wait already, and the queue takes 4.' });
    }
  });

  test('gives up what waited too long: 504', async () => {
    Touchy.milliseconds = 900;
    const answers = await answersAtOnce(touchy, 4);
    const late = answers.filter(({ status }) => status !== 200);
    expect(late.length).toBeGreaterThan(0);
    expect(late.length).toBeLessThan(4);
    for (const { status, body } of late) {
      expect(status).toBe(504);
      expect(body).toEqual({ error: 'No answer within 1500 ms.' });
    }
  });

  test("hides its own errors' details: 500", async () => {
    const body = { instances: [[1, -1]] };
    expect(await errorOf(500, `${touchy.base}:predict`, { body })).toBe(
      'Internal error; the server has logged it.',
    );
  });

  test.each(['head', 'body'])('ends a connection whose %s does not come: 408', async (part) => {
    const head =
      'POST /v1/models/net:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n';
    const start = performance.now();
    const answer = await talk(touchy.url, part === 'head' ? head : `${head}\r\n{"inst`);
    expect(answer).toMatch(/^HTTP\/1.1 408 [^]*\{"error":"The request did not come in time."\}$/);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
