import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, verify } from '../../src';
import { ternarySites } from '../../src/topology/ternary_sites';
import { memory } from '../support/leaks';
import { weight } from '../support/layers';
import { MODELS } from '../support/models';
import { inMemory } from '../support/saving';
import { randomTensor } from '../support/values';

/** Two BitLinear layers, "first" and "second"; no activation silences an input of the second. */
function twoLayers(inputQuantizer: 'int8' | 'none' = 'int8'): tf.Sequential {
  const model = tf.sequential();
  model.add(bitLinear({ units: 6, inputShape: [70], name: 'first' }));
  model.add(bitLinear({ units: 4, name: 'second', inputQuantizer }));
  return model;
}

/** Turns input 0 of output 0 into another ternary value. */
function tamper(layer: tf.layers.Layer): void {
  const packed = weight(layer, 'packed');
  const words = packed.dataSync().slice() as Int32Array;
  const code = words[0] & 3;
  words[0] ^= code ^ (code === 1 ? 2 : 1);
  const [, ...rest] = layer.getWeights();
  layer.setWeights([tf.tensor(words, packed.shape, 'int32'), ...rest]);
}

describe('verify', () => {
  test.each(Object.entries(MODELS))('says identical for %s', async (_, build) => {
    const { model, x } = build();
    const result = await verify(model, deploy(model), x);
    expect(result).toEqual({
      identical: true,
      maxAbsDiff: 0,
      layers: ternarySites(model).map(({ path }) => ({
        path,
        identical: true,
        maxAbsDiff: 0,
        promise: 'identical',
        kept: true,
      })),
    });
  });

  test('holds for a reloaded model, and for inputs with NaN', async () => {
    const model = twoLayers();
    const values = randomTensor([3, 70]).dataSync().slice();
    values[75] = NaN;
    const x = tf.tensor2d(values as Float32Array, [3, 70]);
    const { identical, maxAbsDiff } = await verify(model, await inMemory(deploy(model)), x);
    expect({ identical, maxAbsDiff }).toEqual({ identical: true, maxAbsDiff: 0 });
  });

  test.each(['first', 'second'])('finds one wrong weight in layer %s, and there alone', async (name) => {
    const model = twoLayers();
    const deployed = deploy(model);
    tamper(deployed.getLayer(name));
    const result = await verify(model, deployed, randomTensor([8, 70]));
    expect(result.identical).toBe(false);
    expect(result.maxAbsDiff).toBeGreaterThan(0);
    for (const layer of result.layers) {
      const wrong = layer.path === name;
      expect([layer.identical, layer.kept]).toEqual([!wrong, !wrong]);
      expect(layer.maxAbsDiff > 0).toBe(wrong);
    }
  }); // prettier-ignore

  test('names the promise of each layer, and whether it is kept', async () => {
    const model = twoLayers('none');
    const deployed = deploy(model);
    const x = randomTensor([8, 70]);
    const { layers } = await verify(model, deployed, x);
    expect(layers.map(({ path, promise, kept }) => [path, promise, kept])).toEqual([
      ['first', 'identical', true],
      ['second', '1e-5 relative', true],
    ]);
    tamper(deployed.getLayer('second'));
    const tampered = await verify(model, deployed, x);
    expect(tampered.layers.map(({ kept }) => kept)).toEqual([true, false]);
  });

  test('compares a shared layer on every input it gets', async () => {
    const { model, x } = MODELS['a shared layer']();
    const deployed = deploy(model);
    const [first, second] = x as [tf.Tensor, tf.Tensor];
    const silent = tf.zerosLike(first);
    tamper(ternarySites(deployed)[0].layer);
    for (const inputs of [
      [first, silent],
      [silent, second],
    ]) {
      // prettier-ignore
      expect((await verify(model, deployed, inputs)).layers[0].identical).toBe(false);
    }
    expect((await verify(model, deployed, [silent, silent])).layers[0].identical).toBe(true);
  });

  test('a difference to NaN is infinite', async () => {
    const model = twoLayers();
    const deployed = deploy(model);
    const layer = deployed.getLayer('first');
    const [packed, scale, bias] = layer.getWeights();
    layer.setWeights([packed, scale, tf.fill(bias.shape, NaN)]);
    const { layers } = await verify(model, deployed, randomTensor([2, 70]));
    expect(layers[0]).toMatchObject({ identical: false, maxAbsDiff: Infinity, kept: false });
  });

  test('an infinite output does not excuse other differences', async () => {
    const model = tf.sequential({
      layers: [bitLinear({ units: 2, inputShape: [70], inputQuantizer: 'none' })],
    });
    const deployed = deploy(model);
    const [packed, scale, bias] = deployed.getWeights();
    model.layers[0].setWeights([model.layers[0].getWeights()[0], tf.tensor1d([Infinity, 0])]);
    deployed.layers[0].setWeights([packed, scale, tf.add(bias, 1)]);
    const { layers } = await verify(model, deployed, randomTensor([2, 70]));
    expect(layers[0]).toMatchObject({ identical: false, kept: false });
  });

  test('leaves nothing behind, and the model as it was', async () => {
    const model = twoLayers();
    const deployed = deploy(model);
    const x = randomTensor([2, 70]);
    const hook = jest.fn();
    model.layers[0].setCallHook(hook);
    await verify(model, deployed, x);
    const before = memory();
    await verify(model, deployed, x);
    expect(memory()).toEqual(before);
    expect(hook).toHaveBeenCalled();
    hook.mockClear();
    (model.predict(x) as tf.Tensor).dispose();
    expect(hook).toHaveBeenCalledTimes(1);
  });

  test('leaves nothing behind when a model throws', async () => {
    const model = twoLayers();
    const deployed = deploy(model);
    const [packed] = deployed.layers[1].weights;
    packed.write(tf.fill(packed.shape as number[], -1, 'int32'));
    const [x, wrong] = [randomTensor([2, 70]), randomTensor([2, 69])];
    const before = memory();
    await expect(verify(model, deployed, x)).rejects.toThrow('got "code 3"');
    await expect(verify(model, deployed, wrong)).rejects.toThrow('to have shape [null,70]');
    expect(memory()).toEqual(before);
  });
});

describe('verify refuses', () => {
  const x = () => randomTensor([2, 70]);

  test('a second model that is not deployed', async () => {
    const model = twoLayers();
    await expect(verify(model, model, x())).rejects.toThrow(
      'verify: deployed has no packed layer "first". The second model must be deploy() of the first',
    );
  });

  test('a first model that is deployed', async () => {
    const deployed = deploy(twoLayers());
    await expect(verify(deployed, deployed, x())).rejects.toThrow(
      'verify: layer "first" of model is deployed. The second model must be deploy() of the first',
    );
  });

  test('the two swapped', async () => {
    const model = twoLayers();
    await expect(verify(deploy(model), model, x())).rejects.toThrow('are the two swapped?');
  });

  test.each([
    ['none', undefined, 'undefined'],
    ['an array of numbers', [[1, 2]], '[[1,2]]'],
    ['one too many', 2, '[[2,70],[2,70]]'],
    ['no rows', 0, '[[0,70]]'],
  ])('an x that is %s', async (_, given, shown) => {
    const values: Record<number, unknown> = { 0: tf.zeros([0, 70]), 2: [x(), x()] };
    const input = typeof given === 'number' ? values[given] : given;
    const model = twoLayers();
    await expect(verify(model, deploy(model), input as tf.Tensor)).rejects.toThrow(
      `verify: x must be 1 tensor(s) with the same number of rows, at least one, got ${shown}.`,
    );
  });

  test('models of other layers', async () => {
    const other = tf.sequential({
      layers: [bitLinear({ units: 4, inputShape: [70], name: 'third' })],
    });
    await expect(verify(other, deploy(twoLayers()), x())).rejects.toThrow(
      'verify: deployed has no packed layer "third".',
    );
  });

  test('a deployed model with a layer more', async () => {
    const other = tf.sequential({
      layers: [bitLinear({ units: 6, inputShape: [70], name: 'first' })],
    });
    await expect(verify(other, deploy(twoLayers()), x())).rejects.toThrow(
      'verify: model has no ternary layer "second", but deployed has.',
    );
  });

  test('layers of the same name with another shape', async () => {
    const layers = (units: number) => [
      bitLinear({ units: 6, inputShape: [70], name: 'first' }),
      bitLinear({ units, name: 'second' }),
    ];
    const wider = tf.sequential({ layers: layers(5) });
    await expect(verify(twoLayers(), deploy(wider), x())).rejects.toThrow(
      'verify: deployed layer "second" must be of kernel shape [6,4], got [6,5]. The second model must',
    );
  });

  test('models with other outputs', async () => {
    const longer = twoLayers();
    longer.add(tf.layers.dense({ units: 9 }));
    await expect(verify(twoLayers(), deploy(longer), x())).rejects.toThrow(
      'verify: deployed must be a model with outputs of shape [[null,4]], got [[null,9]]. The second model must',
    );
  });

  test('what is not a model', async () => {
    await expect(verify(twoLayers(), {} as never, x())).rejects.toThrow(
      'verify: deployed must be a tf.LayersModel, got "object".',
    );
    await expect(verify(undefined as never, twoLayers(), x())).rejects.toThrow(
      'verify: model must be a tf.LayersModel, got "undefined".',
    );
  });
});
