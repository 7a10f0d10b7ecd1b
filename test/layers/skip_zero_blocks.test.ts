import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, ready } from '../../src';
import { expectIdentical, randomFloats } from '../support/values';

beforeAll(ready);

/** Five rows, of which two blocks of three are zero. */
function inputs(inFeatures: number): tf.Tensor2D {
  const values = randomFloats(5 * inFeatures, 3);
  return tf.tensor2d(
    values.map((value, i) => (((i % inFeatures) >> 2) % 3 === 0 ? value : 0)),
    [5, inFeatures],
  );
}

test('a deployed layer that skips blocks gives the outputs of the trained one', () => {
  const layer = bitLinear({ units: 30, useBias: true, activation: 'relu', skipZeroBlocks: true });
  const x = inputs(150);
  const before = (layer.apply(x) as tf.Tensor).dataSync();
  expectIdentical((layer.deploy().apply(x) as tf.Tensor).dataSync(), before);
});

const fromConfig = (config: tf.serialization.ConfigDict) =>
  BitLinear.fromConfig(BitLinear as never, config) as BitLinear;

test('the option is kept in the config, and a config without it skips nothing', () => {
  const layer = bitLinear({ units: 3, skipZeroBlocks: true });
  layer.apply(inputs(8));
  for (const config of [layer.getConfig(), layer.deploy().getConfig()]) {
    expect(config.skipZeroBlocks).toBe(true);
    expect(fromConfig(config).skipZeroBlocks).toBe(true);
    const { skipZeroBlocks: _skips, ...older } = config;
    expect(fromConfig(older).skipZeroBlocks).toBe(false);
  }
});

test('packed weights from elsewhere may skip blocks, too', () => {
  const trained = bitLinear({ units: 30, useBias: false });
  const x = inputs(70);
  const expected = (trained.apply(x) as tf.Tensor).dataSync();
  const weights = trained.packKernel();
  const layer = BitLinear.fromPacked({
    ...weights,
    ...{ inFeatures: 70, units: 30, skipZeroBlocks: true },
  });
  expect(layer.skipZeroBlocks).toBe(true);
  expectIdentical((layer.apply(x) as tf.Tensor).dataSync(), expected);
});

test('another value than a boolean is refused', () => {
  expect(() => bitLinear({ units: 3, skipZeroBlocks: 1 as never })).toThrow(
    /skipZeroBlocks must be/,
  );
});
