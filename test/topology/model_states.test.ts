import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, sensitivity, verify } from '../../src';
import { fromZeroStates, statefulLayers } from '../../src/topology/model_states';
import { memory } from '../support/leaks';
import { randomTensor } from '../support/values';

/*
 * Stateful recurrent layers: what a model computes depends on what it has computed before.
 */

const ROWS = 2;
const inputShape = { batchInputShape: [ROWS, 4, 5] };

const recurrent: Record<string, () => tf.layers.Layer[]> = {
  'an LSTM': () => [tf.layers.lstm({ units: 3, stateful: true, ...inputShape })],
  'both ways': () => {
    const layer = tf.layers.lstm({ units: 3, stateful: true }) as tf.RNN;
    return [tf.layers.bidirectional({ layer, mergeMode: 'concat', ...inputShape } as never)];
  },
  'a nested model': () => [
    tf.layers.inputLayer({ batchInputShape: [ROWS, 4, 5] }),
    tf.sequential({ layers: [tf.layers.gru({ units: 3, stateful: true, ...inputShape })] }),
  ],
};

function net(makeRecurrent: () => tf.layers.Layer[], hidden: tf.layers.Layer): tf.Sequential {
  const model = tf.sequential({ layers: [...makeRecurrent(), hidden] });
  model.add(tf.layers.dense({ units: 2, name: 'head' }));
  model.setWeights(model.getWeights().map(({ shape }, i) => randomTensor(shape, i + 1)));
  return model;
}

const predict = (model: tf.LayersModel) => [
  ...(model.predict(randomTensor([ROWS, 4, 5]), { batchSize: ROWS }) as tf.Tensor).dataSync(),
];

describe.each(Object.entries(recurrent))('%s', (_title, layers) => {
  test('verify compares from zero states, and leaves both models theirs', async () => {
    const model = net(layers, bitLinear({ units: 4, name: 'hidden' }));
    const [deployed, twin] = [deploy(model), deploy(model)];
    predict(model);
    const next = predict(twin) && predict(twin);
    const x = randomTensor([3 * ROWS, 4, 5], 7);
    const before = memory();
    const verification = await verify(model, deployed, x);
    expect(memory()).toEqual(before);
    expect(verification).toMatchObject({ identical: true, maxAbsDiff: 0 });
    expect(predict(model)).toEqual(next);
    expect(predict(deployed)).not.toEqual(next);
    expect(predict(deployed)).toEqual(next);
  });

  test('sensitivity gives the same answer after a run, and leaves the model its states', async () => {
    const [model, twin] = [1, 2].map(() => net(layers, tf.layers.dense({ units: 4, name: 'hidden' })));
    const x = randomTensor([2 * ROWS, 4, 5], 7);
    const expected = await sensitivity(twin!, x);
    predict(model!);
    const next = predict(twin!) && predict(twin!);
    const { layers: errors, outputError } = await sensitivity(model!, x);
    expect([errors, outputError]).toEqual([expected.layers, expected.outputError]);
    expect(predict(model!)).toEqual(next);
  });

  test('rows that are no whole batches are refused', async () => {
    const model = net(layers, bitLinear({ units: 4, name: 'hidden' }));
    const [{ name }] = statefulLayers(model) as [tf.RNN];
    await expect(verify(model, deploy(model), randomTensor([3, 4, 5]))).rejects.toThrow(
      'verify: the number of rows in x must be a multiple of 2, the batch size of the stateful layer ' +
        `"${name}", got 3.`,
    );
  });
}); // prettier-ignore

test('states come back where the computation throws', async () => {
  const model = net(recurrent['an LSTM']!, tf.layers.dense({ units: 4 }));
  const twin = net(recurrent['an LSTM']!, tf.layers.dense({ units: 4 }));
  predict(model);
  const next = predict(twin) && predict(twin);
  const failing = fromZeroStates([model], async () => {
    predict(model);
    throw new Error('on the way');
  });
  await expect(failing).rejects.toThrow('on the way');
  expect(predict(model)).toEqual(next);
});

test('stateful layers are found in wrappers, nested models and custom layers; others are not', () => {
  for (const layers of Object.values(recurrent)) {
    const model = net(layers, tf.layers.dense({ units: 4 }));
    expect(statefulLayers(model).map((layer) => layer.stateful)).toEqual(
      layers === recurrent['both ways'] ? [true, true] : [true],
    );
  }
  const none = [tf.layers.lstm({ units: 3, inputShape: [4, 5] }), tf.layers.dense({ units: 4 })];
  expect(statefulLayers(tf.sequential({ layers: none }))).toEqual([]);
});
