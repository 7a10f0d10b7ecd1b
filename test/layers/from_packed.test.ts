import * as tf from '@tensorflow/tfjs';
import { BitLinear, packTernary } from '../../src';
import { apply, builtLayer, weightNames } from '../support/layers';
import { inMemory } from '../support/saving';
import { expectIdentical, randomTensor } from '../support/values';

const [IN, UNITS] = [70, 5];

describe.each([false, true])('BitLinear.fromPacked (a scale for each output: %p)', (perOutput) => {
  const kernelQuantizer = { name: 'bitnet', perOutput } as const;
  const source = () => builtLayer(IN, { units: UNITS, activation: 'relu', kernelQuantizer });

  test('gives the outputs of the layer that was packed, and is saved as a deployed one', async () => {
    const layer = source();
    const bias = layer.bias!.read().dataSync();
    const made = BitLinear.fromPacked({
      ...layer.packKernel(),
      bias,
      inFeatures: IN,
      units: UNITS,
      activation: 'relu',
      name: 'made',
      inputShape: [IN],
    });
    const x = randomTensor([4, IN]);
    expectIdentical(apply(made, x), apply(layer, x));
    expect([made.deployed, made.inFeatures, weightNames(made)]).toEqual([
      true,
      IN,
      ['packed', 'scale', 'bias'],
    ]);
    expect(made.trainableWeights).toEqual([]);
    const model = await inMemory(tf.sequential({ layers: [made] }));
    expectIdentical(model.predict(x) as tf.Tensor, apply(layer, x));
    expect((model.layers[0] as BitLinear).kernelQuantizer.name).toBe('unknown');
  });
});

describe('BitLinear.fromPacked refuses', () => {
  const packed = () => tf.tidy(() => packTernary(tf.ones([3, 2])).dataSync() as Int32Array);
  const options = () => ({ packed: packed(), scale: [0.5], inFeatures: 3, units: 2 });
  const make = (changes: object) => () => BitLinear.fromPacked({ ...options(), ...changes });

  test('a layer without a bias is as simple as that', () => {
    const y = apply(BitLinear.fromPacked(options()), tf.tensor2d([[1, 2, 3]]));
    expect([...y.dataSync()].map((value) => Math.round(value))).toEqual([3, 3]);
  });

  test.each([
    ['words of another number', { packed: new Int32Array(4) }, 'packed must be of 8 words for 3'],
    ['the unused code 3', { packed: new Int32Array(8).fill(-1) }, 'packed must be words of the'],
    ['no words', { packed: undefined }, 'packed must be an Int32Array, got undefined'],
    ['words of another type', { packed: [1, 2] }, 'packed must be an Int32Array'],
    ['scales of another number', { scale: [1, 2, 3] }, 'scale must be of length 1 or 2, got 3'],
    [
      'a scale of 0',
      { scale: [0] },
      'scale must be positive and finite everywhere (see its value at index 0), got 0',
    ],
    ['a scale that is NaN', { scale: [NaN] }, 'scale must be a list of numbers that are finite'],
    [
      'a scale that float32 does not hold',
      { scale: [1e39] },
      'scale must be a list of numbers that',
    ],
    [
      'a bias that float32 does not hold',
      { bias: [1e39, 0] },
      'bias must be a list of numbers that',
    ],
    ['a bias of another length', { bias: [1] }, 'bias must be of length 2, got 1'],
    ['no inputs', { inFeatures: 0 }, 'inFeatures must be a positive integer, got 0'],
    ['a misspelt name', { inFeature: 3 }, 'options has no "inFeature". Did you mean "inFeatures"?'],
  ])('%s', (_, changes, message) => {
    const before = tf.memory().numTensors;
    expect(make(changes)).toThrow(`BitLinear.fromPacked: ${message}`);
    expect(tf.memory().numTensors).toBe(before);
  });
});
