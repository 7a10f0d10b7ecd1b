import * as tf from '@tensorflow/tfjs';
import { modelFromConfig } from '../../src/tfjs/from_config';

const initialize = jest.fn();

/** Counts how often it is asked for the values of a weight; the class Initializer is not exported. */
const Initializer = Object.getPrototypeOf(tf.initializers.zeros().constructor) as new () => object;
class Counting extends Initializer {
  static readonly className = 'CountingInitializer';
  apply(shape: tf.Shape): tf.Tensor {
    initialize();
    return tf.ones(shape as number[]);
  }
  getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}
tf.serialization.registerClass(Counting as never);

class Own extends tf.LayersModel {
  static override readonly className: string = 'OwnModel';
}
tf.serialization.registerClass(Own);

const dense = () =>
  tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer: new Counting() as never });

const MODELS: Record<string, () => tf.LayersModel> = {
  Sequential: () => tf.sequential({ layers: [dense()] }),
  Functional: () => tf.model(inputAndOutput()),
  'a class of its own': () => new Own(inputAndOutput()),
  'a wrapped model'() {
    const layer = tf.sequential({ layers: [dense()] });
    const x = tf.input({ shape: [4, 3] });
    const outputs = tf.layers.timeDistributed({ layer }).apply(x) as tf.SymbolicTensor;
    return tf.model({ inputs: x, outputs });
  },
};

function inputAndOutput() {
  const inputs = tf.input({ shape: [3] });
  return { inputs, outputs: dense().apply(inputs) as tf.SymbolicTensor };
}

test.each(Object.entries(MODELS))(
  '%s: of the same class, with weights of the same shapes',
  (_, build) => {
    const model = build();
    const made = modelFromConfig(model, model.getConfig());
    expect(made).not.toBe(model);
    expect(made.constructor).toBe(model.constructor);
    const shapes = (of: tf.LayersModel) => of.getWeights().map(({ shape }) => shape);
    expect(shapes(made)).toEqual(shapes(model));
  },
);

test.each(['Sequential', 'Functional'])('%s: zeros, for which no initializer is asked', (name) => {
  const model = MODELS[name]!();
  expect(initialize).toHaveBeenCalled();
  initialize.mockClear();
  const made = modelFromConfig(model, model.getConfig());
  expect(initialize).not.toHaveBeenCalled();
  for (const weight of made.getWeights()) {
    expect(weight.dataSync().every((value) => value === 0)).toBe(true);
  }
});
