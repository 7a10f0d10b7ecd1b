import * as tf from '@tensorflow/tfjs';
import { mapLayers, mapWrapped, type LayerConfig } from '../../src/tfjs/config_form';

const rename = (entry: LayerConfig): LayerConfig => ({
  ...entry,
  config: { ...entry.config, units: 5 },
});

function models(): tf.LayersModel[] {
  const sequential = tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, inputShape: [3], name: 'a' }),
      tf.layers.dense({ units: 2, name: 'b' }),
    ],
  });
  const x = tf.input({ shape: [3], name: 'x' });
  const outputs = sequential.apply(tf.layers.reLU({ name: 'relu' }).apply(x));
  return [sequential, tf.model({ inputs: x, outputs: outputs as tf.SymbolicTensor })];
}

test('the config of a model lists its layers by class and config, in their order', () => {
  for (const model of models()) {
    const entries: LayerConfig[] = [];
    mapLayers(model.getConfig(), (entry, i) => {
      entries[i] = entry;
      return entry;
    });
    const form = entries.map(({ className, config }) => [className, config['name']]);
    expect(form).toEqual(model.layers.map((layer) => [layer.getClassName(), layer.name]));
  }
});

test('a model is made of what has been changed in it', () => {
  const [model] = models();
  const config = mapLayers(model!.getConfig(), rename);
  const changed = tf.Sequential.fromConfig(tf.Sequential as never, config) as tf.Sequential;
  expect(changed.layers.map(({ outputShape }) => outputShape)).toEqual([
    [null, 5],
    [null, 5],
  ]);
});

test('the config of a wrapper holds the layer in it, and stands with name and nodes beside it', () => {
  const x = tf.input({ shape: [3, 4], name: 'x' });
  const wrapper = tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 2 }), name: 'w' });
  const model = tf.model({ inputs: x, outputs: wrapper.apply(x) as tf.SymbolicTensor });
  const config = mapLayers(model.getConfig(), (entry) =>
    entry.className === 'TimeDistributed' ? mapWrapped(entry, rename) : entry,
  );
  const changed = tf.LayersModel.fromConfig(tf.LayersModel as never, config) as tf.LayersModel;
  expect(changed.outputs[0]!.shape).toEqual([null, 3, 5]);
  expect(changed.layers.map(({ name }) => name)).toEqual(['x', 'w']);
});
