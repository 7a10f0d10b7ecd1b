import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { setTimeout as sleep } from 'node:timers/promises';
import { Batcher, QueueFull, type BatcherLimits } from '../../src/serving/model/batcher';
import type { Rows } from '../../src/serving/model/rows';
import { ServedModel } from '../../src/serving/model/served_model';
import { removeFolders, saved, sequenceNet, touchyNet } from './support/models';

/** Batches of a real model, as the server computes them. */

let model: ServedModel;

beforeAll(async () => {
  await tf.setBackend('wasm');
  model = await ServedModel.load(await saved(touchyNet()));
});
afterAll(removeFolders);

const LIMITS: BatcherLimits = { batchWindowMs: 20, maxBatch: 8, maxQueue: 100 };

interface Watched {
  readonly batcher: Batcher;
  /** Rows of each batch that was computed. */
  readonly batches: number[];
  /** What was last told of the queue. */
  queued(): number;
}

function watched(limits: Partial<BatcherLimits> = {}, served = model): Watched {
  const batches: number[] = [];
  let last = 0;
  const events = {
    queued: (rows: number) => void (last = rows),
    computed: (rows: number) => void batches.push(rows),
  };
  const predict = (rows: Rows) => served.predict(rows);
  const batcher = new Batcher(predict, { ...LIMITS, ...limits }, events);
  return { batcher, batches, queued: () => last };
}

const notAborted = () => new AbortController().signal;

/** Rows [value, 0], each to be doubled. */
function rowsOf(...values: number[]): Rows {
  const data = new Float32Array(values.flatMap((value) => [value, 0]));
  return { count: values.length, tensors: [{ data, shape: [2] }] };
}

function doubled({ count, tensors }: Rows): number[] {
  expect(tensors[0].data).toHaveLength(2 * count);
  return [...tensors[0].data].filter((_, i) => i % 2 === 0).map((value) => value / 2);
}

async function submit({ batcher }: Watched, ...values: number[]): Promise<number[]> {
  return doubled(await batcher.submit(rowsOf(...values), notAborted()));
}

test('requests that come together are one batch, and get their own rows', async () => {
  const w = watched();
  const answers = await Promise.all([submit(w, 1), submit(w, 2, 3), submit(w, 4)]);
  expect(answers).toEqual([[1], [2, 3], [4]]);
  expect(w.batches).toEqual([4]);
  expect(w.queued()).toBe(0);
});

test('a batch holds no more than its limit, whatever a request brings', async () => {
  const w = watched();
  const many = Array.from({ length: 20 }, (_, i) => submit(w, i));
  expect(await Promise.all(many)).toEqual(Array.from({ length: 20 }, (_, i) => [i]));
  const large = Array.from({ length: 30 }, (_, i) => i);
  const answers = await Promise.all([submit(w, 1), submit(w, ...large), submit(w, 2)]);
  expect(answers).toEqual([[1], large, [2]]);
  expect(Math.max(...w.batches)).toBe(8);
});

test('somebody alone never waits for the window', async () => {
  const w = watched({ batchWindowMs: 10_000 });
  const start = performance.now();
  for (let i = 0; i < 20; i++) expect(await submit(w, i)).toEqual([i]);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(w.batches).toEqual(Array(20).fill(1));
  const large = Array.from({ length: 20 }, (_, i) => i);
  expect(await submit(w, ...large)).toEqual(large);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(w.batches.slice(20)).toEqual([8, 8, 4]);
});

test('a bad part fails its request, and leaves nothing of it in the queue', async () => {
  const w = watched();
  const large = Array.from({ length: 30 }, (_, i) => (i === 3 ? -1 : i));
  await expect(submit(w, ...large)).rejects.toThrow('A negative value.');
  expect(w.batcher.waitingRows()).toBe(0);
  expect(await submit(w, 7)).toEqual([7]);
  expect(w.batches).toEqual([8, 1]);
});

test('after a crowd somebody alone waits once, for the window', async () => {
  const w = watched({ batchWindowMs: 2000 });
  await Promise.all([1, 2, 3, 4].map((value) => submit(w, value)));
  const timed = async () => {
    const start = performance.now();
    await submit(w, 5);
    return performance.now() - start;
  };
  expect(await timed()).toBeGreaterThan(1900);
  expect(await timed()).toBeLessThan(1900);
  expect(w.batches).toEqual([4, 1, 1]);
});

test('a batch waits for as many rows as the one before it had', async () => {
  const w = watched({ batchWindowMs: 10_000 });
  await Promise.all([1, 2, 3].map((value) => submit(w, value)));
  const first = submit(w, 1);
  await sleep(30);
  const second = submit(w, 2);
  await sleep(30);
  expect(w.batches).toEqual([3]);
  expect(await Promise.all([first, second, submit(w, 3)])).toEqual([[1], [2], [3]]);
  expect(w.batches).toEqual([3, 3]);
});

test('with a window of 0 nobody waits', async () => {
  const w = watched({ batchWindowMs: 0 });
  await Promise.all([1, 2, 3].map((value) => submit(w, value)));
  expect(await submit(w, 4)).toEqual([4]);
  expect(w.batches).toEqual([3, 1]);
});

test.each([0, 1, 2, 3])('bad rows at %d fail alone', async (place) => {
  const w = watched();
  const values = [1, 2, 3, 4].map((value, i) => (i === place ? -1 : value));
  const outcomes = await Promise.allSettled(values.map((value) => submit(w, value)));
  for (const [i, outcome] of outcomes.entries()) {
    if (i === place) expect(outcome).toMatchObject({ reason: { message: 'A negative value.' } });
    else expect(outcome).toEqual({ status: 'fulfilled', value: [values[i]] });
  }
  expect(await submit(w, 7)).toEqual([7]);
});

test('failed batches leave no tensors', async () => {
  const w = watched();
  const before = tf.memory().numTensors;
  const outcomes = await Promise.allSettled([-1, 1, -1].map((value) => submit(w, value)));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
  expect(tf.memory().numTensors).toBe(before);
});

test('rows of different shapes are not joined', async () => {
  const w = watched({}, await ServedModel.load(await saved(sequenceNet())));
  const steps = [2, 5, 2, 2];
  const answers = await Promise.all(
    steps.map((count) => {
      const tensor = { data: new Float32Array(count * 3).fill(count), shape: [count, 3] };
      return w.batcher.submit({ count: 1, tensors: [tensor] }, notAborted());
    }),
  );
  expect(answers.map(({ tensors }) => tensors[0].shape)).toEqual(steps.map((count) => [count, 2]));
  expect(w.batches).toEqual([1, 1, 2]);
});

test('refuses rows that would make the queue too long', async () => {
  const w = watched({ maxQueue: 5, batchWindowMs: 50 });
  const waiting = [submit(w, 1, 2, 3), submit(w, 4, 5)];
  expect(() => w.batcher.submit(rowsOf(6), notAborted())).toThrow(QueueFull);
  expect(() => w.batcher.submit(rowsOf(6), notAborted())).toThrow('5 rows wait already');
  expect(await Promise.all(waiting)).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  // Alone, a request may bring more than the queue takes.
  expect(await submit(w, 1, 2, 3, 4, 5, 6)).toHaveLength(6);
});

test('an aborted request is rejected at once, and not computed', async () => {
  const w = watched({ batchWindowMs: 50 });
  await Promise.all([submit(w, 1), submit(w, 2)]);
  const controller = new AbortController();
  const aborted = w.batcher.submit(rowsOf(-1), controller.signal);
  controller.abort(new Error('gone'));
  await expect(aborted).rejects.toThrow('gone');
  expect(await submit(w, 3)).toEqual([3]);
  expect(w.batches).toEqual([2, 1]);
});

test('aborted requests do not fill the queue', async () => {
  const w = watched({ maxQueue: 2, batchWindowMs: 200 });
  await Promise.all([submit(w, 1), submit(w, 2)]);
  const controller = new AbortController();
  const aborted = w.batcher.submit(rowsOf(1), controller.signal);
  controller.abort(new Error('gone'));
  await expect(aborted).rejects.toThrow('gone');
  expect(w.batcher.waitingRows()).toBe(0);
  expect(await submit(w, 4, 5)).toEqual([4, 5]);
});

test('a request aborted before it is submitted is refused', async () => {
  const w = watched();
  const signal = AbortSignal.abort(new Error('gone'));
  expect(() => w.batcher.submit(rowsOf(1), signal)).toThrow('gone');
  expect(await submit(w, 2)).toEqual([2]);
});
