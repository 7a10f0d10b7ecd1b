import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy } from '../../src';
import { present } from '../support/present';
import { artifactsOf, load } from '../support/saving';

/*
 * Packed weights that no deployed layer has are refused when a layer gets them, not when it first computes.
 */

const NaNs = Number.NaN;

function deployed(): tf.LayersModel {
  const layer = bitLinear({ units: 2, inputShape: [5], name: 'hidden', useBias: false });
  return deploy(tf.sequential({ layers: [layer] }));
}

const DAMAGES: Record<string, [weight: number, value: number, message: RegExp]> = {
  'code 3': [0, -1, /"hidden".*: packed must be words of the codes 0, 1 and 2, got "code 3"/],
  'a scale of 0': [1, 0, /"hidden".*: scale must be positive and finite everywhere .*, got 0/],
  'a negative scale': [1, -2, /"hidden".*: scale must be positive and finite .*, got -2/],
  'an infinite scale': [1, Infinity, /"hidden".*: scale must be positive and finite/],
  'a scale of NaN': [1, NaNs, /"hidden".*: scale must be positive and finite/],
};

describe.each(Object.entries(DAMAGES))('%s is refused', (_title, [index, value, message]) => {
  test('by setWeights, which changes nothing', () => {
    const [layer] = deployed().layers;
    const before = layer!.getWeights().map((weight) => [...weight.dataSync()]);
    const weights = layer!.getWeights().map((weight) => weight.clone());
    weights[index] = tf.fill(weights[index]!.shape, value, weights[index]!.dtype as 'int32');
    expect(() => layer!.setWeights(weights)).toThrow(message);
    expect(layer!.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
  });

  test('by loading', async () => {
    const artifacts = await artifactsOf(deployed());
    const specs = present(artifacts.weightSpecs);
    const start = specs
      .slice(0, index)
      .reduce((total, { shape }) => total + 4 * tf.util.sizeFromShape(shape), 0);
    const weightData = (artifacts.weightData as ArrayBuffer).slice(0);
    const view = new DataView(weightData);
    if (index === 0) view.setInt32(start, value, true);
    else view.setFloat32(start, value, true);
    await expect(load({ ...artifacts, weightData })).rejects.toThrow(message);
  });
});
