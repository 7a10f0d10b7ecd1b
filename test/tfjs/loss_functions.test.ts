import * as tf from '@tensorflow/tfjs';
import { wrapLosses } from '../../src/tfjs/loss_functions';

const [x, y] = [() => tf.ones([2, 3]), () => tf.ones([2, 1])];

/** Reports a loss of its own, as `distill` does. */
class Reporting extends tf.layers.Layer {
  static readonly className = 'Reporting';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return [inputs].flat()[0]!.clone();
  }
  override calculateLosses(): tf.Scalar[] {
    return [tf.scalar(100)];
  }
}

/** Gives zeros, so that the loss for targets of one is 1. */
function compiled(...more: tf.layers.Layer[]): tf.LayersModel {
  const inputs = tf.input({ shape: [3] });
  const layers = [tf.layers.dense({ units: 1, kernelInitializer: 'zeros' }), ...more];
  const outputs = layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, inputs);
  const model = tf.model({ inputs, outputs });
  compile(model);
  return model;
}

function compile(model: tf.LayersModel): void {
  model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
}

const lossIn = (model: tf.LayersModel) => model.trainOnBatch(x(), y()) as Promise<number>;
const evaluated = (model: tf.LayersModel) => (model.evaluate(x(), y()) as tf.Scalar).dataSync()[0];

test('training and evaluation look up the losses that are there now', async () => {
  const model = compiled();
  expect(model.lossFunctions).toHaveLength(1);
  expect([await lossIn(model), evaluated(model)]).toEqual([1, 1]);
  wrapLosses(model, (loss) => (labels, outputs) => tf.mul(loss(labels, outputs), 3));
  expect([await lossIn(model), evaluated(model)]).toEqual([3, 3]);
  compile(model);
  expect([await lossIn(model), evaluated(model)]).toEqual([1, 1]);
});

test('a step of training adds what layers report, and evaluation does not', async () => {
  const model = compiled(new Reporting({}));
  expect([await lossIn(model), evaluated(model)]).toEqual([101, 1]);
});
