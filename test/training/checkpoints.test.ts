import * as tf from '@tensorflow/tfjs';
import { bitLinear, type BitLinear } from '../../src';
import {
  checkpoints,
  loadCheckpoint,
  quantizationSchedule,
  seededBatches,
  setBlend,
  type CheckpointsOptions,
} from '../../src/training';
import { memory } from '../support/leaks';
import { randomTensor } from '../support/values';

/** Places in memory, which note in which order they were written. */
class Places {
  readonly stored = new Map<string, tf.io.ModelArtifacts>();
  readonly written: string[] = [];
  /** What keeps a save from being completed. */
  failure: Error | undefined;

  readonly of = (name: string): tf.io.IOHandler => ({
    save: async (artifacts) => {
      if (this.failure != null) throw this.failure;
      this.written.push(name);
      this.stored.set(name, artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
    load: async () => this.stored.get(name)!,
  });
}

function compiled(seed = 1): tf.Sequential {
  const kernelInitializer = tf.initializers.glorotUniform({ seed });
  const inner = tf.sequential({
    layers: [bitLinear({ units: 4, inputShape: [6], kernelInitializer })],
  });
  const model = tf.sequential();
  model.add(inner);
  model.add(tf.layers.dense({ units: 2, kernelInitializer }));
  model.compile({ optimizer: tf.train.adam(0.05), loss: 'meanSquaredError' });
  return model;
}

let [x, y]: tf.Tensor[] = [];
beforeAll(() => {
  [x, y] = [randomTensor([24, 6], 1), randomTensor([24, 2], 2)];
});

/** Without their names, as tfjs counts the names of layers up. */
const weightValues = (model: tf.LayersModel) => model.getWeights().map((w) => [...w.dataSync()]);

/** Three batches an epoch. */
async function train(model: tf.LayersModel, args: Partial<tf.ModelFitDatasetArgs<unknown>>) {
  const { initialEpoch = 0, ...rest } = args;
  const batches = seededBatches(x!, y!, { seed: 5, batchSize: 8, initialEpoch });
  return model.fitDataset(batches, { initialEpoch, epochs: 4, verbose: 0, ...rest });
}

/** Sets the value `score` in the logs of each epoch. */
const scores = (values: number[]) =>
  new (class extends tf.Callback {
    override async onEpochEnd(epoch: number, logs: tf.Logs = {}) {
      logs['score'] = values[epoch]!;
    }
  })();

/** The epoch of the checkpoint in a place. */
const epochIn = async (places: Places, name: string) =>
  (await loadCheckpoint(compiled(), places.of(name))).epoch;

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: Error) => error.message,
  );

test('keeps the last ones, of which the newest is complete before the oldest is overwritten', async () => {
  const places = new Places();
  await train(compiled(), { epochs: 5, callbacks: [checkpoints(places.of, { keepLast: 2 })] });
  const names = ['last-2-of-3', 'last-3-of-3', 'last-1-of-3', 'last-2-of-3', 'last-3-of-3'];
  expect(places.written).toEqual(names);
  const epochs = await Promise.all(names.slice(2).map((name) => epochIn(places, name)));
  expect(epochs).toEqual([3, 4, 5]);
});

test('training goes on as if it had not stopped, with the best epoch before it still the best', async () => {
  const options = { monitor: 'loss', mode: 'min' } as const;
  const whole = compiled();
  const all = new Places();
  const { history } = await train(whole, { callbacks: [checkpoints(all.of, options)] });
  const places = new Places();
  await train(compiled(), { epochs: 2, callbacks: [checkpoints(places.of, options)] });
  const later = checkpoints(places.of, options);
  const model = compiled(7);
  expect(await later.restore(model)).toEqual({ epoch: 2 });
  const rest = await train(model, { initialEpoch: 2, callbacks: [later] });
  expect(rest.history['loss']).toEqual(history['loss']!.slice(2));
  expect(weightValues(model)).toEqual(weightValues(whole));
  expect(places.written).toEqual(all.written);
  expect(await epochIn(places, 'best')).toBe(await epochIn(all, 'best'));
});

describe('the best epoch', () => {
  async function best(options: CheckpointsOptions, values: number[]) {
    const places = new Places();
    const saves = checkpoints(places.of, { monitor: 'score', mode: 'min', ...options });
    const model = compiled();
    await train(model, { callbacks: [scores(values), saves] });
    return { model, places };
  }

  test.each([
    ['min', [3, 1, 2, 1], 2],
    ['max', [3, 4, NaN, 4], 2],
    ['max', [NaN, Infinity, -2, -3], 3],
  ] as const)('by %s of %j is epoch %i', async (mode, values, epoch) => {
    const { places } = await best({ mode }, [...values]);
    expect(await epochIn(places, 'best')).toBe(epoch);
    expect(await epochIn(places, 'last-1-of-2')).toBe(4);
  });

  test('is restored at the end if it is to be, and the last one stays where it was', async () => {
    const { model, places } = await best({ restoreBest: true }, [3, 1, 2, 2]);
    const second = compiled();
    await loadCheckpoint(second, places.of('best'));
    expect(weightValues(model)).toEqual(weightValues(second));
    expect(await epochIn(places, 'last-1-of-2')).toBe(4);
    await loadCheckpoint(second, places.of('last-1-of-2'));
    expect(weightValues(model)).not.toEqual(weightValues(second));
  });

  test('is one of those that are ternary, although others have better values', async () => {
    const places = new Places();
    const saves = checkpoints(places.of, { monitor: 'score', mode: 'min', restoreBest: true });
    const schedule = quantizationSchedule({ type: 'linear', by: 'epoch', epochs: 2 });
    const model = compiled();
    await train(model, { callbacks: [schedule, scores([1, 9, 7, 8]), saves] });
    expect(await epochIn(places, 'best')).toBe(3);
    const [inner] = model.layers as [tf.Sequential];
    expect((inner.layers[0] as BitLinear).blend).toBe(1);
  });

  test('is none where no epoch has a number: the model stays as it is', async () => {
    const { model, places } = await best({ restoreBest: true }, [NaN, NaN, NaN, NaN]);
    expect(places.stored.has('best')).toBe(false);
    const last = compiled();
    await loadCheckpoint(last, places.of('last-1-of-2'));
    expect(weightValues(model)).toEqual(weightValues(last));
  });

  test('starts anew where the one that is there was found by another value', async () => {
    const { places } = await best({}, [3, 1, 2, 2]);
    const other = checkpoints(places.of, { monitor: 'score', mode: 'max' });
    const model = compiled();
    const { epoch } = await other.restore(model);
    await train(model, { initialEpoch: epoch, epochs: 5, callbacks: [scores([0, 0, 0, 0, 0]), other] });
    expect(await epochIn(places, 'best')).toBe(5);
  }); // prettier-ignore
});

describe('training that is stopped', () => {
  const stopAfter = (model: tf.LayersModel, steps: number) => {
    let done = 0;
    return new tf.CustomCallback({
      onBatchEnd: () => {
        if (++done === steps) model.stopTraining = true;
      },
    });
  };

  test.each([
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 2],
  ])('after step %i has done %i epochs of 3 steps in fitDataset and fit', async (steps, epochs) => {
    for (const way of ['fitDataset', 'fit']) {
      const places = new Places();
      const model = compiled();
      const callbacks = [checkpoints(places.of), stopAfter(model, steps)];
      if (way === 'fitDataset') await train(model, { callbacks });
      else await model.fit(x, y, { epochs: 4, batchSize: 8, verbose: 0, callbacks });
      expect(places.written).toHaveLength(epochs);
      expect(await checkpoints(places.of).restore(compiled())).toEqual({ epoch: epochs });
    }
  });

  test('in a dataset of unknown size has not done the epoch in which it is stopped', async () => {
    for (const [steps, epochs] of [
      [4, 1],
      [99, 4],
    ] as const) {
      const places = new Places();
      const model = compiled();
      const rows = tf.data.generator(function* () {
        for (let i = 0; i < 3; i++) yield { xs: x.clone(), ys: y.clone() };
      });
      const callbacks = [checkpoints(places.of), stopAfter(model, steps)];
      await model.fitDataset(rows, { epochs: 4, verbose: 0, callbacks });
      expect(places.written).toHaveLength(epochs);
    }
  });

  test('at the end of an epoch, by a callback before this one, has done it', async () => {
    const places = new Places();
    const stop = tf.callbacks.earlyStopping({ monitor: 'loss', minDelta: 100 });
    await train(compiled(), { callbacks: [stop, checkpoints(places.of)] });
    expect(places.written).toHaveLength(2);
  });

  test('by its last step, so that there is no validation, has done the epoch without a best', async () => {
    const places = new Places();
    const model = compiled();
    const saves = checkpoints(places.of, { monitor: 'val_loss', mode: 'min' });
    const validationData = [x, y] as [tf.Tensor, tf.Tensor];
    await train(model, { validationData, callbacks: [saves, stopAfter(model, 6)] });
    expect(places.written).toEqual(['best', 'last-2-of-2', 'last-1-of-2']);
  });
});

describe('nothing good is lost', () => {
  test('to training that begins anew in the same places', async () => {
    const places = new Places();
    const saves = checkpoints(places.of);
    await train(compiled(), { epochs: 2, callbacks: [saves] });
    const written = [...places.written];
    for (const anew of [saves, checkpoints(places.of)]) {
      expect(await rejection(train(compiled(), { callbacks: [anew] }))).toBe(
        'checkpoints: initialEpoch must be at least 2, the epoch of the last checkpoint, got 0. Continue from ' +
          'it, with restore(model), or save to other places: checkpoints of an earlier training are not overwritten.',
      );
    }
    expect(places.written).toEqual(written);
  });

  test('to NaN, which ends training', async () => {
    const places = new Places();
    const model = compiled();
    const saves = checkpoints(places.of, { monitor: 'loss', mode: 'min' });
    await train(model, { epochs: 1, callbacks: [saves] });
    const poison = new tf.CustomCallback({
      onEpochBegin: () => model.layers[1]!.setWeights([tf.fill([4, 2], NaN), tf.zeros([2])]),
    });
    expect(await rejection(train(model, { initialEpoch: 1, callbacks: [saves, poison] }))).toMatch(
      /^checkpoints: value 0 of \d+ in weight \d "[^"]+" must be finite, got NaN. Nothing was saved/,
    );
    expect(places.written).toEqual(['best', 'last-2-of-2']);
    expect(await saves.restore(model)).toEqual({ epoch: 1 });
    await train(model, { initialEpoch: 1, callbacks: [saves] });
    expect(await epochIn(places, 'last-1-of-2')).toBe(4);
  });

  test('to a save that fails or is damaged: the one before is restored', async () => {
    const places = new Places();
    const model = compiled();
    await train(model, { epochs: 2, callbacks: [checkpoints(places.of)] });
    places.failure = new Error('disk full');
    const second = checkpoints(places.of);
    await second.restore(model);
    const failing = train(model, { initialEpoch: 2, callbacks: [second] });
    expect(await rejection(failing)).toBe('disk full');
    expect(await second.restore(model)).toEqual({ epoch: 2 });
    // The weights of the epoch before, as a crash may leave them.
    const [first, last] = ['last-2-of-2', 'last-1-of-2'].map((name) => places.stored.get(name)!);
    places.stored.set('last-1-of-2', { ...last, weightData: first!.weightData! });
    expect(await checkpoints(places.of).restore(model)).toEqual({ epoch: 1 });
  });
});

test('a process that ends between the best and the last one of an epoch has done this epoch', async () => {
  for (const epochs of [1, 3]) {
    const places = new Places();
    const saves = () => checkpoints(places.of, { monitor: 'score', mode: 'max' });
    await train(compiled(), { epochs, callbacks: [scores([1, 2, 3]), saves()] });
    const { [epochs % 2]: name } = ['last-1-of-2', 'last-2-of-2'];
    const model = compiled();
    await loadCheckpoint(model, places.of(name!));
    const expected = weightValues(model);
    places.stored.delete(name!);
    const [restored, later] = [compiled(7), saves()];
    expect(await later.restore(restored)).toEqual({ epoch: epochs });
    expect(weightValues(restored)).toEqual(expected);
    await train(restored, { initialEpoch: epochs, callbacks: [scores([1, 2, 3, 0]), later] });
    expect(await epochIn(places, 'best')).toBe(3);
  }
});

test('takes a model whose blend is set, and leaks nothing', async () => {
  const places = new Places();
  const model = compiled();
  setBlend(model, 0.5);
  const saves = checkpoints(places.of, { monitor: 'loss', mode: 'min', restoreBest: true });
  await train(model, { epochs: 1, callbacks: [saves] });
  const before = memory();
  await train(model, { initialEpoch: 1, callbacks: [saves] });
  await saves.restore(model);
  expect(memory()).toEqual(before);
});

test('what is wrong is refused', async () => {
  const places = new Places();
  const create = (...args: unknown[]) => checkpoints(...(args as [never, never]));
  expect(() => create('indexeddb://run')).toThrow(
    'checkpoints: storageOf must be a function, got "indexeddb://run".',
  );
  expect(() => create(() => Object.assign(places.of(''), { path: 'models/run' }))).toThrow(
    'checkpoints: storageOf must be a function that gives each name a place of its own, got ' +
      '"models/run" for both "last-1-of-2" and "last-2-of-2".',
  );
  expect(() => create(() => undefined)).toThrow(
    'checkpoints: no handler for the storage given that can save.',
  );
  expect(() => create(places.of, { monitor: 'loss' })).toThrow(
    'checkpoints: mode must be given with monitor, got undefined.',
  );
  for (const option of [{ mode: 'min' }, { restoreBest: true }]) {
    expect(() => create(places.of, option)).toThrow('must be given with monitor only, got');
  }
  const model = compiled();
  expect(await rejection(checkpoints(places.of).restore(model))).toBe(
    'checkpoints: one of the checkpoints must be good, got "none".\n' +
      'checkpoints from the storage given: content must be a checkpoint made by saveCheckpoint, got undefined.\n'.repeat(2).trimEnd(),
  );
  const saves = checkpoints(places.of, { monitor: 'acc', mode: 'max' });
  expect(await rejection(train(model, { callbacks: [saves] }))).toBe(
    'checkpoints: monitor must be \'loss\', got "acc".',
  );
  expect(places.written).toEqual(['last-2-of-2']);
  expect(await rejection(saves.restore(tf.sequential()))).toContain('must be compiled');
}); // prettier-ignore
