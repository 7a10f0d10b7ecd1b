import * as tf from '@tensorflow/tfjs';
import { savedConfig } from '../../src/tfjs/saved_config';
import { inMemory } from '../support/saving';

/** Notes the config that tfjs hands to fromConfig. */
class Config extends tf.layers.Layer {
  static readonly className: string = 'ConfigOfTest';
  static handedOut: tf.serialization.ConfigDict | undefined;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return inputs;
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    Config.handedOut = { ...config };
    return super.fromConfig(cls, config);
  }
}
tf.serialization.registerClass(Config);

test('tfjs adds customObjects to a saved config, and nothing else', async () => {
  const layer = new Config({ inputShape: [2], name: 'c' });
  await inMemory(tf.sequential({ layers: [layer] }));
  expect(Object.keys(Config.handedOut!)).toContain('customObjects');
  expect(Object.keys(savedConfig(Config.handedOut!)).sort()).toEqual(
    Object.keys(layer.getConfig()).sort(),
  );
});
