import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { metricsOf, send, type RequestOptions } from './support/client';
import { closeAll, serve } from './support/in_process';
import { removeFolders, saved, ternaryNet } from './support/models';
import { endAllServers, startServer, type ServerProcess } from './support/process';
import { talk } from './support/rude';

/*
 * Who may ask a server that listens on this machine alone. What reaches it from elsewhere comes through a browser,
 * which a page of somebody else has made send it.
 */

let server: ServerProcess;
let predict: string;
let host: string;

beforeAll(async () => {
  await tf.setBackend('wasm');
  const options = ['--name', 'net', '--backend', 'wasm'];
  server = await startServer(await saved(ternaryNet()), ...options);
  predict = `${server.url}/v1/models/net:predict`;
  ({ host } = new URL(server.url));
});
afterAll(async () => {
  await closeAll();
  endAllServers();
  removeFolders();
});

const BODY = { instances: [Array<number>(16).fill(1)] };

async function expectAnswer(url: string, options: RequestOptions): Promise<void> {
  const { status, body } = await send(url, options);
  expect(body).not.toHaveProperty('error');
  expect(status).toBe(200);
}

/** Expects a refusal that is counted; its message. */
async function refusalOf(
  [method, route, status]: readonly [method: string, route: string, status: number],
  ask: () => Promise<{ status: number; body: { error: string } }>,
): Promise<string> {
  const requests = `serving_requests_total{method="${method}",route="${route}",status="${status}"}`;
  const errors = `serving_errors_total{status="${status}"}`;
  const { [requests]: requestsBefore = 0, [errors]: errorsBefore = 0 } = await metricsOf(
    server.url,
  );
  const answer = await ask();
  expect(answer).toMatchObject({ status, body: { error: expect.any(String) } });
  expect(Object.keys(answer.body)).toEqual(['error']);
  const after = await metricsOf(server.url);
  expect(after).toMatchObject({ [requests]: requestsBefore + 1, [errors]: errorsBefore + 1 });
  return answer.body.error;
}

const POST = ['POST', '/v1/models/net:predict', 403] as const;

test.each(['localhost', 'LOCALHOST:80', '127.0.0.1', '10.0.0.1:8501', '[::1]:8501'])(
  'Host %s is this machine',
  (name) => expectAnswer(predict, { body: BODY, headers: { Host: name } }),
);

test('names of --allow-host, and no others', async () => {
  const { base } = await serve(
    ternaryNet(),
    ...['--allow-host', 'model.example', '--allow-host', 'B.example'],
  );
  const statusFor = async (name: string) =>
    (await send(`${base}:predict`, { body: BODY, headers: { Host: name } })).status;
  for (const name of ['model.example', 'MODEL.example:443', 'b.example', 'localhost']) {
    expect([name, await statusFor(name)]).toEqual([name, 200]);
  }
  for (const name of ['www.model.example', 'model.example.attacker.example', 'c.example']) {
    expect([name, await statusFor(name)]).toEqual([name, 403]);
  }
});

test('on a network, names are checked if some are given', async () => {
  const statusOf = async (...args: string[]) => {
    const { url } = await serve(ternaryNet(), '--host', '0.0.0.0', ...args);
    return (await send(`${url}/healthz`, { headers: { Host: 'b.example' } })).status;
  };
  expect(await statusOf()).toBe(200);
  expect(await statusOf('--allow-host', 'a.example')).toBe(403);
});

const FOREIGN_HOSTS = [
  'attacker.example',
  'attacker.example:8501',
  '127.0.0.1.attacker.example',
  'localhost.attacker.example:80',
  '[::1].attacker.example',
  '[attacker.example]',
];

test.each(FOREIGN_HOSTS)('Host %s is refused, whatever is asked', async (name) => {
  // After DNS rebinding, the page and the server have one origin.
  const headers = { Host: name, Origin: `http://${name}`, 'Sec-Fetch-Site': 'same-origin' };
  const error = await refusalOf(POST, () => send(predict, { body: BODY, headers }));
  expect(error).toBe(
    'Host must be an IP address, localhost or a name given by --allow-host, ' +
      `got ${JSON.stringify(name)}.`,
  );
  const route = ['GET', '/v1/models/net', 403] as const;
  await refusalOf(route, () => send(`${server.url}/v1/models/net`, { headers }));
});

test('a foreign Host reads neither the page, the health nor the figures', async () => {
  for (const route of ['/healthz', '/metrics', '/v1/models/net/metadata']) {
    const headers = { Host: 'attacker.example' };
    await refusalOf(['GET', route, 403], () => send(server.url + route, { headers }));
  }
});

const SAME_ORIGIN: Record<string, () => Record<string, string>> = {
  'no browser': () => ({}),
  'the page of the server': () => ({ Origin: server.url, 'Sec-Fetch-Site': 'same-origin' }),
  'the page, in a browser that sends no Sec-Fetch-Site': () => ({ Origin: server.url }),
  'the page, through a proxy that changes Host': () => ({
    Origin: 'https://model.example',
    'Sec-Fetch-Site': 'same-origin',
  }),
  'text, but from no browser': () => ({ 'Content-Type': 'text/plain' }),
};

test.each(Object.entries(SAME_ORIGIN))('%s may ask', (_title, headers) =>
  expectAnswer(predict, { body: BODY, headers: headers() }),
);

const FOREIGN_PAGES: Record<string, () => Record<string, string>> = {
  'another origin': () => ({ Origin: 'https://attacker.example' }),
  'an origin that begins like the server': () => ({ Origin: `http://${host}.attacker.example` }),
  'an origin that it hides': () => ({ Origin: 'null' }),
  'another port of this machine': () => ({ Origin: 'http://127.0.0.1:1' }),
  'another site, as the browser says': () => ({ 'Sec-Fetch-Site': 'cross-site' }),
  'the same site, but another origin': () => ({ 'Sec-Fetch-Site': 'same-site' }),
};

/** A browser sends these without asking first. */
const SIMPLE_TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];

test.each(Object.entries(FOREIGN_PAGES))('a page of %s may not', async (_title, headersOf) => {
  for (const type of [...SIMPLE_TYPES, 'application/json']) {
    const headers = { ...headersOf(), 'Content-Type': type };
    const error = await refusalOf(POST, () => send(predict, { body: BODY, headers }));
    expect(error).toMatch(/^The request must come from no other origin, got .+\.$/);
  }
});

test('no answer allows a page of another origin to read it', async () => {
  const headers = { Origin: 'https://attacker.example' };
  const preflight = { ...headers, 'Access-Control-Request-Method': 'POST' };
  const answers = [
    await send(predict, { method: 'OPTIONS', headers: preflight }),
    await send(`${server.url}/metrics`, { headers }),
    await send(predict, { body: BODY }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([403, 200, 200]);
  for (const answer of answers) {
    expect(Object.keys(answer.headers).join()).not.toMatch(/access-control/);
  }
});

describe('pages of --allow-origin', () => {
  const ORIGIN = 'https://page.example:444';
  const headers = { Origin: ORIGIN, 'Sec-Fetch-Site': 'cross-site' };
  let url: string;
  let base: string;

  beforeAll(async () => {
    ({ url, base } = await serve(ternaryNet(), '--allow-origin', ORIGIN));
  });

  test('may ask, and read answers and refusals', async () => {
    const answers = [
      await send(`${base}:predict`, { body: BODY, headers }),
      await send(`${url}/v2/models/net`, { headers }),
      await send(`${base}:predict`, { body: {}, headers }),
      await send(`${url}/v2/models/other`, { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 404]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'access-control-allow-origin': ORIGIN,
        'access-control-expose-headers': 'Inference-Header-Content-Length, Retry-After',
        vary: 'Origin',
      });
    }
  });

  test('are told beforehand that they may', async () => {
    const preflight = { ...headers, 'Access-Control-Request-Method': 'POST' };
    const options = { method: 'OPTIONS', headers: preflight };
    expect(await send(`${url}/v2/models/net/infer`, options)).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'Content-Type, Inference-Header-Content-Length',
      },
      body: '',
    });
  });

  test.each(['https://page.example', 'http://page.example:444', 'null'])(
    'are not those of %s',
    async (origin) => {
      const foreign = { ...headers, Origin: origin };
      const answers = [
        await send(`${base}:predict`, { body: BODY, headers: foreign }),
        await send(`${url}/v2/models/net`, { headers: foreign }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 200]);
      for (const { headers } of answers) {
        expect(headers).not.toHaveProperty('access-control-allow-origin');
        expect(headers.vary).toBe('Origin');
      }
    },
  );
});

test('HTTP 1.1 without Host', async () => {
  const head = `GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n`;
  await refusalOf(['GET', '/healthz', 400], async () => {
    const answer = await talk(server.url, head);
    const body = JSON.parse(answer.split('\r\n\r\n')[1]) as { error: string };
    return { status: Number(answer.slice(9, 12)), body };
  });
});
