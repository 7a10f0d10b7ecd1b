import * as tf from '@tensorflow/tfjs';
import { randomFloats } from '../support/values';
import { metricsOf, send } from './support/client';
import { removeFolders, saved, ternaryNet } from './support/models';
import { endAllServers, startServer, type ServerProcess } from './support/process';
import { postText, talk } from './support/rude';

/* Requests that Node answers itself, or hands over otherwise than ordinary ones. */

let server: ServerProcess;
let model: tf.LayersModel;
let predict: string;

beforeAll(async () => {
  await tf.setBackend('cpu');
  model = ternaryNet();
  const options = ['--name', 'net', '--backend', 'wasm'];
  server = await startServer(await saved(model), ...options);
  predict = `${server.url}/v1/models/net:predict`;
});
afterAll(() => {
  endAllServers();
  removeFolders();
});

interface Read {
  readonly status: number;
  readonly body: unknown;
}

/** The answers in all that a server has sent. */
function answersIn(text: string): Read[] {
  if (text === '') return [];
  const [head] = text.split('\r\n\r\n', 1);
  const status = Number(head.slice(9, 12));
  if (status === 100)
    return [{ status, body: undefined }, ...answersIn(text.slice(head.length + 4))];
  const start = head.length + 4;
  const end = start + Number(/content-length: (\d+)/i.exec(head)?.[1]);
  const body = JSON.parse(text.slice(start, end)) as unknown;
  return [{ status, body }, ...answersIn(text.slice(end))];
}

const rows = Array.from({ length: 40 }, (_, i) => [...randomFloats(16, i)]);

/** A POST of a row that leaves the connection open, and its answer. */
const question = (i: number) =>
  postText(predict, JSON.stringify({ instances: [rows[i]] })).replace('Connection: close\r\n', '');

function right(i: number): Read {
  const predictions = (model.predict(tf.tensor2d([rows[i]])) as tf.Tensor).arraySync();
  return { status: 200, body: JSON.parse(JSON.stringify({ predictions })) as unknown };
}

const refused = (status: number): Read => ({ status, body: { error: expect.any(String) } });

const GET = 'GET /v1/models/other HTTP/1.1\r\nHost: localhost\r\n';
const POST = 'POST /v1/models/net:predict HTTP/1.1\r\nHost: localhost\r\n';
const LAST = `${GET}Connection: close\r\n\r\n`;

describe('several requests at once on one connection', () => {
  test('get their answers in order', async () => {
    const texts = rows.map((_, i) => (i % 4 === 0 ? `${question(i)}${GET}\r\n` : question(i)));
    const expected = rows.flatMap((_, i) => (i % 4 === 0 ? [right(i), refused(404)] : [right(i)]));
    const answers = answersIn(await talk(predict, texts.join('') + LAST));
    expect(answers).toEqual([...expected, refused(404)]);
  });

  test.each([
    ['what is no request', 'GARBAGE\r\n\r\n', 400],
    ['a request that breaks off', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['CONNECT', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n', 400],
    ['an expectation', `${POST}Expect: much\r\nConnection: close\r\n\r\n`, 417],
  ])('%s is refused after the answers to those before it', async (_title, text, status) => {
    const answers = answersIn(await talk(predict, question(0) + question(1) + text));
    expect(answers).toEqual([right(0), right(1), refused(status)]);
  });
});

describe('is refused and counted:', () => {
  const texts: Record<string, readonly [text: string, status: number]> = {
    'no request': ['GARBAGE\r\n\r\n', 400],
    'the hello of TLS': ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    'HTTP 2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    'an unknown method': [`BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n`, 400],
    'an unknown version': ['GET / HTTP/7.7\r\nHost: localhost\r\n\r\n', 400],
    'a header that is none': [`${GET}no header\r\n\r\n`, 400],
    'large headers': [`${GET}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    'a length below 0': [`${POST}Content-Length: -1\r\n\r\n`, 400],
    'two lengths': [`${POST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400],
    'a length and chunks': [
      `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    'a chunk without size': [`${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
    'no Host': ['GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    'a URL that is none': [
      'GET /v2/models/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      400,
    ],
    CONNECT: ['CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n', 400],
    'an expectation': [`${POST}Expect: much\r\nConnection: close\r\n\r\n`, 417],
  };

  test.each(Object.entries(texts))('%s', async (_title, [text, status]) => {
    const counter = `serving_errors_total{status="${status}"}`;
    const { [counter]: before = 0 } = await metricsOf(server.url);
    expect(answersIn(await talk(predict, text))).toEqual([refused(status)]);
    expect(await metricsOf(server.url)).toMatchObject({ [counter]: before + 1 });
  });
});

test('a client that waits for "100 Continue" gets it', async () => {
  const text = question(3).replace('Content-Length', 'Expect: 100-continue\r\nContent-Length');
  expect(answersIn(await talk(predict, text + LAST))).toEqual([
    { status: 100, body: undefined },
    right(3),
    refused(404),
  ]);
});

test.each(['websocket', 'h2c'])(
  'an upgrade to %s is not taken, and ends the connection',
  async (protocol) => {
    const upgrade = `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`;
    const post = question(5).replace('Content-Length', `${upgrade}Content-Length`);
    expect(answersIn(await talk(predict, question(4) + post))).toEqual([right(4), right(5)]);
    expect(answersIn(await talk(predict, `${GET}${upgrade}\r\n${LAST}`))).toEqual([refused(404)]);
  },
);

test('the server has logged no error of its own, and goes on', async () => {
  expect(await send(`${server.url}/healthz`)).toMatchObject({ status: 200 });
  expect(server.output()).not.toMatch(/Internal error/);
});
