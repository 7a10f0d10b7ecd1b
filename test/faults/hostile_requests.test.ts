import * as tf from '@tensorflow/tfjs';
import { send, keepAlive, metricsOf, onConnections } from '../serve/support/client';
import { removeFolders, saved, ternaryNet } from '../serve/support/models';
import { endAllServers, startServer, type ServerProcess } from '../serve/support/process';
import { randomSource } from '../support/values';
import { printFigure } from './support/figures';
import {
  goodRequest,
  hostileRequests,
  type Format,
  type Hostile,
} from './support/hostile_requests';

/*
 * Many requests that are wrong, in each way to ask, on one server. `HOSTILE_REQUESTS=7000 npm run test:faults` sends more
 * of each.
 */

jest.setTimeout(600_000);

const COUNT = Number(process.env.HOSTILE_REQUESTS ?? 200);
const CONNECTIONS = 8;
const INPUT = 'first_input';

const inferPath = '/v2/models/net/infer';
const described = (rows: number, columns: number) => ({
  ...{ name: INPUT, shape: [rows, columns], datatype: 'FP32' },
});

const ofOpenInference = {
  path: inferPath,
  malformed: 404,
  elsewhere: (random: () => number) => {
    const number = Math.floor(2 + random() * 1e9);
    return random() < 0.5
      ? `/v2/models/net/versions/${number}/infer`
      : `/v2/models/net${number}/infer`;
  },
};

const FORMATS: readonly Format[] = [
  {
    name: 'TensorFlow Serving',
    path: '/v1/models/net:predict',
    malformed: 400,
    elsewhere: (random) => {
      const number = Math.floor(2 + random() * 1e9);
      return random() < 0.5
        ? `/v1/models/net/versions/${number}:predict`
        : `/v1/models/net${number}:predict`;
    },
    request: (rows, columns, values) => ({
      json: {
        instances: Array.from({ length: rows }, (_, i) =>
          values.slice(i * columns, (i + 1) * columns),
        ),
      },
    }),
  },
  {
    ...ofOpenInference,
    name: 'the Open Inference Protocol',
    request: (rows, columns, values) => ({
      json: { id: 'a', inputs: [{ ...described(rows, columns), data: values }] },
    }),
  },
  {
    ...ofOpenInference,
    name: 'its bytes',
    request: (rows, columns, values) => ({
      json: {
        parameters: { binary_data_output: true },
        inputs: [
          { ...described(rows, columns), parameters: { binary_data_size: 4 * rows * columns } },
        ],
      },
      binary: Buffer.from(new Float32Array(values.map(Number)).buffer),
    }),
  },
];

let server: ServerProcess;
const agent = keepAlive(CONNECTIONS);

beforeAll(async () => {
  await tf.setBackend('cpu');
  const limits = ['--max-body-bytes', '40000', '--max-rows', '64'];
  const options = ['--name', 'net', '--backend', 'wasm', ...limits];
  server = await startServer(await saved(ternaryNet()), ...options);
});
afterAll(() => {
  agent.destroy();
  endAllServers();
  removeFolders();
});

/** The counted refusals, by status. */
async function refusals(): Promise<Record<string, number>> {
  const errors = /^serving_errors_total\{status="(\d+)"\}$/;
  const all = Object.entries(await metricsOf(server.url));
  return Object.fromEntries(
    all.flatMap(([name, value]) => (errors.test(name) ? [[errors.exec(name)![1], value]] : [])),
  );
}

/** A body of this size is read, and 2,000 of them are more than the memory may grow. */
const LARGE_BYTES = 39_000;

function largeBodies(format: Format): Hostile[] {
  const body = Buffer.alloc(LARGE_BYTES, '1');
  const request = { ...goodRequest(format), method: 'POST', body };
  return Array.from({ length: 2000 }, () => ({
    ...request,
    kind: 'a large body',
    statuses: [400],
  }));
}

test.each(FORMATS.map((format) => [format.name, format] as const))(
  'of %s: each gets its right status, and is counted',
  async (name, format) => {
    const ask = ({ path, ...request }: ReturnType<typeof goodRequest>) =>
      send(server.url + path, { ...request, agent });
    const good = await ask(goodRequest(format));
    expect(good.status).toBe(200);
    const [before, metricsBefore] = [await refusals(), await metricsOf(server.url)];
    const counted = { ...before };

    const hostile = [...hostileRequests(format, COUNT, randomSource(1))];
    const attack = (requests: readonly Hostile[]) =>
      onConnections(CONNECTIONS, requests.length, async (i) => {
        const { kind, statuses, ...request } = requests[i];
        const { status, body } = await ask(request);
        if (!statuses.includes(status)) {
          const sent = `${request.method} ${request.path} ${request.body.toString('latin1', 0, 500)}`;
          throw new Error(`${kind}: ${status} ${JSON.stringify(body)} for ${sent}`);
        }
        if (status === 200) return;
        counted[status] = (counted[status] ?? 0) + 1;
        expect({ kind, body }).toEqual({ kind, body: { error: expect.any(String) } });
        expect(JSON.stringify(body)).not.toMatch(/node_modules|\.[jt]s\b|\\n +at /);
      });
    // The first ones fill what Node and the model keep.
    await attack(hostile.slice(0, COUNT / 2));
    await attack(largeBodies(format));
    const rss = async () => (await metricsOf(server.url))['process_resident_memory_bytes'];
    const rssBefore = await rss();
    await attack(hostile.slice(COUNT / 2));
    await attack(largeBodies(format));

    expect(await refusals()).toEqual(counted);
    expect((await ask(goodRequest(format))).body).toEqual(good.body);
    const metrics = await metricsOf(server.url);
    expect(metrics['tfjs_tensors']).toBe(metricsBefore['tfjs_tensors']);
    expect(metrics['tfjs_tensor_bytes']).toBe(metricsBefore['tfjs_tensor_bytes']);
    const growth = (await rss()) - rssBefore;
    printFigure(
      `server, ${COUNT / 2} hostile requests and 2,000 large ones of ${name} more: ${(growth / 1e6).toFixed(1)} MB more`,
    );
    expect(growth).toBeLessThan(60e6);
    // Routes of what does not exist have no labels of their own.
    const routes = new Set(
      Object.keys(metrics).flatMap((key) => /route="([^"]*)"/.exec(key)?.[1] ?? []),
    );
    expect([...routes].filter((route) => !KNOWN_ROUTES.includes(route))).toEqual([]);
  },
);

const KNOWN_ROUTES = ['none', '/metrics', ...new Set(FORMATS.map(({ path }) => path))];

test('the server has logged no error of its own', async () => {
  expect(server.output()).not.toMatch(/Internal error/);
  expect(await server.end()).toEqual({ code: 0, signal: null });
});
