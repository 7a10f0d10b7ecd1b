import * as tf from '@tensorflow/tfjs';
import { ServedModel } from '../../src/serving/model/served_model';
import { randomFloats } from '../support/values';
import { metricsOf, onConnections, send } from './support/client';
import {
  fixedBatchNet,
  removeFolders,
  saved,
  sequenceNet,
  statefulNet,
  ternaryNet,
} from './support/models';
import { endAllServers, runServer, startServer } from './support/process';

/* Models for which the server cannot invent a batch, or must not share one among clients. */

beforeAll(() => tf.setBackend('cpu'));
afterAll(() => {
  endAllServers();
  removeFolders();
});

async function start(model: tf.LayersModel, ...args: string[]) {
  const options = ['--name', 'net', '--backend', 'wasm', ...args];
  const server = await startServer(await saved(model), ...options);
  /** Expects what the model gives for these rows. */
  const expectRight = async (rows: tf.Tensor, predictions: unknown) => {
    const body = { instances: rows.arraySync() };
    const answer = await send(`${server.url}/v1/models/net:predict`, { body });
    expect(answer).toMatchObject({ status: 200, body: { predictions } });
  };
  return { server, expectRight };
}

test('a fixed batch: any number of rows, of one client and of many', async () => {
  const model = fixedBatchNet();
  const { server, expectRight } = await start(model);
  expect(server.output()).not.toMatch(/first answers will be slow/);
  const all = tf.tensor2d(randomFloats(40 * 16, 1), [40, 16]);
  const outputs = (model.predict(all, { batchSize: 4 }) as tf.Tensor2D).arraySync();
  for (const count of [1, 3, 4, 5, 40]) {
    await expectRight(all.slice(0, count), outputs.slice(0, count));
  }
  await onConnections(8, 40, (i) => expectRight(all.slice(i, 1), [outputs[i]]));
  expect(await server.end()).toEqual({ code: 0, signal: null });
});

/** Hands on batches of 4 rows, and throws at others. */
class OnlyFour extends tf.layers.Layer {
  static readonly className = 'OnlyFour';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [x] = [inputs].flat();
    if (x.shape[0] !== 4) throw new Error(`A batch of ${x.shape[0]}.`);
    return x.clone();
  }
}
tf.serialization.registerClass(OnlyFour);

test('a fixed batch: the model gets no other', async () => {
  const layer = new OnlyFour({ batchInputShape: [4, 2] });
  const model = await ServedModel.load(await saved(tf.sequential({ layers: [layer] })));
  expect(await model.warmUp(4)).toBeUndefined();
  for (const count of [1, 3, 4]) {
    const data = new Float32Array(randomFloats(2 * count, count));
    const rows = { count, tensors: [{ data, shape: [2] }] };
    expect(await model.predict(rows)).toEqual(rows);
  }
});

test('open sizes: no warm-up, and any size that the model takes', async () => {
  const model = sequenceNet();
  const { server, expectRight } = await start(model);
  const reason = `input "${model.inputs[0].sourceLayer.name}" has sizes that the model leaves open`;
  expect(server.output()).toMatch(`The first answers will be slow: ${reason}.\n`);
  for (const steps of [1, 7, 200]) {
    const x = tf.tensor3d(randomFloats(2 * steps * 3, steps), [2, steps, 3]);
    await expectRight(x, (model.predict(x) as tf.Tensor).arraySync());
  }
  expect(await server.end()).toEqual({ code: 0, signal: null });
});

test('open sizes: a warm-up of the shape that is given', async () => {
  const model = sequenceNet();
  const { server, expectRight } = await start(model, '--warmup-shape', 'net=7,3');
  expect(server.output()).not.toMatch(/first answers will be slow/);
  expect((await metricsOf(server.url))['serving_batch_rows_count']).toBe(0);
  const x = tf.tensor3d(randomFloats(2 * 5 * 3, 1), [2, 5, 3]);
  await expectRight(x, (model.predict(x) as tf.Tensor).arraySync());
  expect(await server.end()).toEqual({ code: 0, signal: null });
});

test('shapes for a warm-up that the model cannot take: it serves without', async () => {
  const model = await ServedModel.load(await saved(sequenceNet()));
  expect(await model.warmUp(4, [[7, 3]])).toBeUndefined();
  const name = model.signature.inputs[0].name;
  expect(await model.warmUp(4, [[7, 4]])).toBe(
    `the shape for a warm-up of "${name}" must be [null,3] (null is open), got [7,4]`,
  );
  expect(await model.warmUp(4, [[7, 3], [1]])).toBe(
    'a warm-up needs 1 shapes, one for each input, got 2',
  );
});

describe('state is refused, and the layer named:', () => {
  test('by a server that does not start', async () => {
    const path = await saved(statefulNet());
    const { code, output } = await runServer(path, '--backend', 'wasm');
    expect(code).toBe(2);
    expect(output).toMatch(
      `No model could be loaded from ${path}: the layer "memory" must not be stateful`,
    );
    expect(output).not.toMatch(/\n\s+at |node_modules/);
  });

  const hidden: Record<string, () => tf.LayersModel> = {
    'in a model within the model': () => {
      const model = tf.sequential({ name: 'outer' });
      model.add(statefulNet());
      model.add(tf.layers.dense({ units: 1 }));
      return model;
    },
    'in two directions': () => {
      const layer = tf.layers.gru({ units: 2, stateful: true, returnSequences: true });
      const both = tf.layers.bidirectional({ layer, batchInputShape: [4, 3, 2] });
      return tf.sequential({ layers: [both] });
    },
    'in cells on each other': () => {
      const cells = [tf.layers.lstmCell({ units: 2 }), tf.layers.lstmCell({ units: 2 })];
      const layer = tf.layers.rnn({ cell: cells, stateful: true, batchInputShape: [4, 3, 2] });
      return tf.sequential({ layers: [layer] });
    },
  };

  test.each(Object.entries(hidden))('%s', async (_title, model) => {
    const loading = ServedModel.load(await saved(model()));
    await expect(loading).rejects.toThrow(/the layer ".+" must not be stateful/);
  });

  test('others load', async () => {
    await expect(ServedModel.load(await saved(ternaryNet()))).resolves.toBeDefined();
  });
});
