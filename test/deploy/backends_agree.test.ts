import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { bitLinear, deploy } from '../../src';
import { INPUTS } from '../support/product_grid';
import { MODELS, predictions } from '../support/models';
import { KERNEL_QUANTIZERS } from '../support/quantizers';
import { artifactsOf, load } from '../support/saving';
import { expectIdentical, randomTensor } from '../support/values';

/** cpu and wasm in every project, and the project's own. */
const others = () => [...new Set(['cpu', 'wasm', tf.getBackend()])];

/** Loads the same saved model on each backend, and compares its outputs with this one's. */
async function expectSameOnEveryBackend(
  deployed: tf.LayersModel,
  x: tf.Tensor | tf.Tensor[],
): Promise<void> {
  const own = tf.getBackend();
  const expected = predictions(deployed, x).map((y) => y.dataSync());
  const inputs = [x].flat().map((t) => ({ values: t.dataSync(), shape: t.shape, dtype: t.dtype }));
  const artifacts = await artifactsOf(deployed);
  const backends = others();
  expect(backends.length).toBeGreaterThan(1);
  try {
    for (const backend of backends) {
      expect(await tf.setBackend(backend)).toBe(true);
      const loaded = await load(artifacts);
      const tensors = inputs.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype));
      predictions(loaded, tensors.length === 1 ? tensors[0] : tensors).forEach((y, i) =>
        expectIdentical(y, expected[i]),
      );
    }
  } finally {
    await tf.setBackend(own);
  }
}

const NAMES = ['random', 'zeros', 'ties at .5', 'very different magnitudes', 'one NaN a row'];

describe('a deployed model gives the same floats on every backend', () => {
  test.each(KERNEL_QUANTIZERS.map((config) => [JSON.stringify(config), config] as const))(
    '%s',
    async (_, kernelQuantizer) => {
      for (const [inFeatures, units] of [
        [1, 2],
        [33, 7],
        [129, 30],
        [784, 5],
        [4096, 3],
      ] as const) {
        // prettier-ignore
        const layer = bitLinear({ units, inputShape: [inFeatures], kernelQuantizer });
        const model = tf.sequential({ layers: [layer] });
        const rows = NAMES.flatMap((name, i) => [...INPUTS[name](inFeatures, i, inFeatures)]);
        await expectSameOnEveryBackend(
          deploy(model),
          tf.tensor2d(rows, [NAMES.length, inFeatures]),
        );
      }
    },
  );

  const exact = ['a shared layer', 'TimeDistributed(BitLinear)'];
  test.each(exact)('%s', async (name) => {
    const { model, x } = MODELS[name]();
    await expectSameOnEveryBackend(deploy(model), x);
  });

  test('two layers with ReLU, rank 4, and bias', async () => {
    const model = tf.sequential();
    model.add(bitLinear({ units: 40, inputShape: [3, 2, 50], activation: 'relu' }));
    model.add(bitLinear({ units: 6, biasInitializer: 'randomNormal', kernelQuantizer: 'lsq' }));
    await expectSameOnEveryBackend(deploy(model), randomTensor([5, 3, 2, 50]));
  });
});

test('a model moves from one backend to another and back without being loaded again', async () => {
  const own = tf.getBackend();
  const deployed = deploy(tf.sequential({ layers: [bitLinear({ units: 5, inputShape: [70] })] }));
  const expected = (deployed.predict(randomTensor([3, 70])) as tf.Tensor).dataSync();
  try {
    for (const backend of [...others(), ...others()]) {
      await tf.setBackend(backend);
      expectIdentical(deployed.predict(randomTensor([3, 70])) as tf.Tensor, expected);
    }
  } finally {
    await tf.setBackend(own);
  }
});

test.each(KERNEL_QUANTIZERS.map((config) => [JSON.stringify(config), config] as const))(
  'the same trained weights are deployed to the same weights on every backend: %s',
  async (_, kernelQuantizer) => {
    const own = tf.getBackend();
    // The first kernel is so large that TensorFlow adds blocks of it.
    const layers = [
      bitLinear({ units: 31, inputShape: [4300], kernelQuantizer }),
      bitLinear({ units: 7, kernelQuantizer }),
    ];
    const trained = await artifactsOf(tf.sequential({ layers }));
    const weightsOf = (model: tf.LayersModel) => model.getWeights().map((w) => w.dataSync());
    const expected = weightsOf(deploy(await load(trained)));
    try {
      for (const backend of others()) {
        expect(await tf.setBackend(backend)).toBe(true);
        const actual = weightsOf(deploy(await load(trained)));
        expect(actual).toHaveLength(expected.length);
        actual.forEach((values, i) => expectIdentical(values, expected[i]));
      }
    } finally {
      await tf.setBackend(own);
    }
  },
);
