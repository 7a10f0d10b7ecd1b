import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, summary, verify } from '../../src';
import { setBlend } from '../../src/training/blend';
import { loadCheckpoint, saveCheckpoint } from '../../src/training/checkpoint/checkpoint';
import { trainingMetrics } from '../../src/training/metrics/training_metrics';
import { inMemory, onDisk } from '../support/saving';
import { TernaryProduct } from '../support/ternary_product';
import { expectIdentical, randomTensor } from '../support/values';

/** A trained net of a ternary layer that the package does not know, and one that it does. */
async function trained(kernelQuantizer = 'bitnet'): Promise<tf.Sequential> {
  const model = tf.sequential();
  model.add(new TernaryProduct({ inputShape: [70], kernelQuantizer, name: 'product' }));
  model.add(bitLinear({ units: 3, name: 'linear' }));
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  await model.fit(randomTensor([16, 70]), randomTensor([16, 3], 2), { epochs: 2, verbose: 0 });
  return model;
}

const x = () => randomTensor([5, 70], 3);
const predict = (model: tf.LayersModel) => model.predict(x()) as tf.Tensor;

describe.each(['bitnet', 'lsq'])('a ternary layer of another class (%s)', (kernelQuantizer) => {
  test('is deployed and verified', async () => {
    const model = await trained(kernelQuantizer);
    const deployed = deploy(model);
    expectIdentical(predict(deployed), predict(model));
    const { identical, layers } = await verify(model, deployed, x());
    expect(identical).toBe(true);
    expect(layers.map(({ kept }) => kept)).toEqual([true, true]);
    const [product] = deployed.layers;
    expect(product.trainableWeights).toEqual([]);
    const names = product.weights.map(({ originalName }) => originalName);
    expect(names).toEqual(['product/packed', 'product/scale', 'product/offset']);
  });

  test('is summarized, before and after', async () => {
    const model = await trained(kernelQuantizer);
    const [before, after] = [summary(model), summary(deploy(model))].map(({ layers }) => layers[0]);
    const words = 2 * 4 * 4; // two blocks of 64 inputs
    expect(after).toMatchObject({
      className: 'TernaryProduct',
      quantizer: kernelQuantizer,
      shape: [70, 1],
      parameters: 140,
      bytes: words + 4 + 4 * 70,
      deployedBytes: words + 4 + 4 * 70,
      float32Bytes: 8 * 70,
      macs: { ternary: 70, float32: 0 },
    });
    expect(before.deployedBytes).toBe(after.bytes);
    expect(before.zeros).toBe(after.zeros);
  });

  test.each([inMemory, onDisk])('is saved and loaded by %p, in both lives', async (reload) => {
    const model = await trained(kernelQuantizer);
    expectIdentical(predict(await reload(model)), predict(model));
    const deployed = deploy(model);
    const loaded = await reload(deployed);
    expectIdentical(predict(loaded), predict(model));
    expect((loaded.layers[0] as TernaryProduct).ternaryKernel.deployed).toBe(true);
  });

  test('is blended, looked at, and goes into checkpoints', async () => {
    const model = await trained(kernelQuantizer);
    setBlend(model, 0.25);
    expect(() => deploy(model)).toThrow('TernaryProduct layer "product": blend must be 1');
    let stored: tf.io.ModelArtifacts | undefined;
    const storage = {
      save: (artifacts: tf.io.ModelArtifacts) => {
        stored = artifacts;
        return Promise.resolve({ modelArtifactsInfo: {} as tf.io.ModelArtifactsInfo });
      },
      load: () => Promise.resolve(stored!),
    };
    await saveCheckpoint(model, storage, { epoch: 2 });
    const other = await trained(kernelQuantizer);
    await loadCheckpoint(other, storage);
    expect((other.layers[0] as TernaryProduct).ternaryKernel.blend).toBe(0.25);
    expectIdentical(predict(other), predict(model));
    const [look] = await trainingMetrics().look(model);
    expect(look.negative + look.zero + look.positive).toBeCloseTo(1, 6);
  });
});
