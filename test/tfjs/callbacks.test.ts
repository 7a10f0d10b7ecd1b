import * as tf from '@tensorflow/tfjs';

/** What `TrainingCallback` and `Schedule` rely on, which tfjs documents nowhere. */
class Noting extends tf.Callback {
  readonly seen: Array<[hook: string, hasModel: boolean, isThis: boolean]> = [];

  constructor() {
    super();
    const note = (hook: string) => {
      const seen = this.seen;
      return async function (this: tf.Callback | undefined) {
        seen.push([hook, this?.model != null, this instanceof Noting]);
      };
    };
    this.onEpochBegin = note('onEpochBegin');
    this.onBatchBegin = note('onBatchBegin');
  }
}

async function fit(callbacks: unknown[], dataset = false) {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const options = { epochs: 1, verbose: 0, callbacks: callbacks as tf.Callback[] } as const;
  const [x, y] = [tf.ones([5, 2]), tf.ones([5, 1])];
  if (!dataset) return model.fit(x, y, { ...options, batchSize: 2 });
  return model.fitDataset(tf.data.array([{ xs: x, ys: y }]), options);
}

test('a callback has the model where the list begins with a callback', async () => {
  const own = new Noting();
  await fit([own, new tf.CustomCallback({})]);
  expect(own.seen).toEqual([
    ['onEpochBegin', true, true],
    ...Array(3).fill(['onBatchBegin', true, true]),
  ]);
});

test('it has none behind a plain object: tfjs takes its methods out of it', async () => {
  const own = new Noting();
  await fit([{ onEpochEnd: () => {} }, own]);
  expect(own.model).toBeNull();
  expect(own.seen[0]).toEqual(['onEpochBegin', false, false]);
  expect(own.seen).toHaveLength(4);
});

test('fit and fitDataset tell callbacks from what steps can be counted', async () => {
  const [first, second] = [new Noting(), new Noting()];
  await fit([first]);
  expect(first.params).toMatchObject({ epochs: 1, samples: 5, batchSize: 2, steps: null });
  await fit([second], true);
  expect(second.params).toMatchObject({ epochs: 1, samples: null, batchSize: null, steps: 1 });
});

test('what an epoch ends with is added to the logs of fit', async () => {
  class Adding extends tf.Callback {
    override async onEpochEnd(_: number, logs: tf.Logs = {}): Promise<void> {
      logs['added'] = 7;
    }
  }
  const { history } = await fit([new Adding()]);
  expect(history['added']).toEqual([7]);
});

test('training is rejected by what a hook throws', async () => {
  class Throwing extends tf.Callback {
    override async onBatchBegin(): Promise<void> {
      throw new Error('stopped');
    }
  }
  await expect(fit([new Throwing()])).rejects.toThrow('stopped');
});
