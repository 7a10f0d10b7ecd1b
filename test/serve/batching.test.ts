import * as tf from '@tensorflow/tfjs';
import { randomFloats } from '../support/values';
import { BACKENDS } from './support/backends';
import { keepAlive, metricsOf, onConnections, send } from './support/client';
import { closeAll, serve, type Served } from './support/in_process';
import { embeddingNet, removeFolders, sequenceNet, ternaryNet, touchyNet } from './support/models';

afterEach(closeAll);
afterAll(removeFolders);

const CONNECTIONS = 32;

/** Sends each body on one of many connections; the statuses and answers in the order of the bodies. */
async function sendAll({ base }: Served, bodies: object[]) {
  const agent = keepAlive(CONNECTIONS);
  const answers: Array<{ status: number; predictions: unknown }> = [];
  await onConnections(CONNECTIONS, bodies.length, async (i) => {
    const { status, body } = await send(`${base}:predict`, { body: bodies[i], agent });
    answers[i] = { status, predictions: body.predictions };
  });
  agent.destroy();
  return answers;
}

async function batchesOf({ url }: Served): Promise<{ count: number; rows: number }> {
  const metrics = await metricsOf(url);
  return { count: metrics['serving_batch_rows_count'], rows: metrics['serving_batch_rows_sum'] };
}

/** Sends all at once; each is to get what the model gives for its rows alone. */
async function expectOwnAnswers(
  served: Awaited<ReturnType<typeof serve>>,
  requests: tf.Tensor[],
): Promise<void> {
  const bodies = requests.map((x) => ({ instances: x.arraySync() }));
  const answers = await sendAll(served, bodies);
  for (const [i, x] of requests.entries()) {
    const predictions = (served.model.predict(x) as tf.Tensor).arraySync();
    expect(answers[i]).toEqual({ status: 200, predictions });
  }
}

describe.each(BACKENDS)('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  test('many clients get the answers to their own rows, computed in batches', async () => {
    const served = await serve(ternaryNet());
    const counts = Array.from({ length: 600 }, (_, i) => 1 + (i % 3));
    const requests = counts.map((count, i) =>
      tf.tensor2d(randomFloats(count * 16, i), [count, 16]),
    );
    await expectOwnAnswers(served, requests);
    const { count, rows } = await batchesOf(served);
    expect(rows).toBe(1200);
    expect(rows / count).toBeGreaterThan(4);
  });

  test('rows of many shapes', async () => {
    const served = await serve(sequenceNet());
    const requests = Array.from({ length: 200 }, (_, i) => {
      const steps = 1 + (i % 4);
      return tf.tensor3d(randomFloats(steps * 3, i), [1, steps, 3]);
    });
    await expectOwnAnswers(served, requests);
  });

  test('an index out of range fails alone', async () => {
    const served = await serve(embeddingNet());
    const rows = Array.from({ length: 200 }, (_, i) => [
      i % 10,
      (i * 7) % 10,
      i % 9 === 0 ? 10 : 1,
    ]);
    const answers = await sendAll(
      served,
      rows.map((row) => ({ instances: [row] })),
    );
    for (const [i, row] of rows.entries()) {
      if (row[2] === 10) {
        expect(answers[i].status).toBe(400);
      } else {
        const x = tf.tensor2d([row], [1, 3], 'int32');
        const predictions = (served.model.predict(x) as tf.Tensor).arraySync();
        expect(answers[i]).toEqual({ status: 200, predictions });
      }
    }
  });
});

test('rows that make a layer throw fail alone', async () => {
  await tf.setBackend('wasm');
  const served = await serve(touchyNet());
  const rows = Array.from({ length: 300 }, (_, i) => [(i % 20) - 1, i]);
  const answers = await sendAll(
    served,
    rows.map((row) => ({ instances: [row] })),
  );
  for (const [i, row] of rows.entries()) {
    if (row[0] < 0) expect(answers[i].status).toBe(500);
    else expect(answers[i]).toEqual({ status: 200, predictions: [row.map((value) => 2 * value)] });
  }
});

test('a client alone never waits for the window', async () => {
  await tf.setBackend('wasm');
  const { base } = await serve(ternaryNet(), '--batch-window-ms', '30000');
  const agent = keepAlive(1);
  const start = performance.now();
  for (let i = 0; i < 20; i++) {
    await send(`${base}:predict`, { body: { instances: [[...randomFloats(16, i)]] }, agent });
  }
  expect(performance.now() - start).toBeLessThan(30_000);
  agent.destroy();
});
