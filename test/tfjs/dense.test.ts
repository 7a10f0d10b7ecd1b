import * as tf from '@tensorflow/tfjs';
import { DENSE_OPTIONS } from '../../src/layers/tfjs_options';
import { Dense, type DenseLayer } from '../../src/tfjs/dense';

function dense(options = {}): DenseLayer {
  const layer: tf.layers.Layer = tf.layers.dense({ units: 2, name: 'd', ...options });
  return layer as DenseLayer;
}

test('is the class of the layers that tf.layers.dense makes, and of saved models', () => {
  expect(dense().constructor).toBe(Dense);
  expect(Dense.className).toBe('Dense');
  expect(tf.serialization.SerializationMap.getMap().classNameMap['Dense']![0]).toBe(Dense);
});

test('does not use up an automatic name', () => {
  // The first one without a name in this file, and in its realm.
  expect(tf.layers.dense({ units: 1 }).name).toBe('dense_Dense1');
});

test('has these fields, those of weights once it is built', () => {
  const layer = dense({ activation: 'relu' });
  expect([layer.units, layer.useBias, layer.kernel, layer.bias]).toEqual([2, true, null, null]);
  expect(layer.activation.getClassName()).toBe('relu');
  expect([...layer.activation.apply(tf.tensor1d([-1, 1])).dataSync()]).toEqual([0, 1]);
  layer.apply(tf.ones([1, 3]));
  expect(layer.weights).toEqual([layer.kernel, layer.bias]);
  expect([layer.kernel!.shape, layer.bias!.shape]).toEqual([[3, 2], [2]]);
  const withoutBias = dense({ useBias: false });
  withoutBias.apply(tf.ones([1, 3]));
  expect([withoutBias.useBias, withoutBias.bias]).toEqual([false, null]);
});

test('takes no other options than these', () => {
  const known = new Set<string>(Object.keys(DENSE_OPTIONS));
  const saved = Object.keys(dense({ inputDim: 3 }).getConfig());
  expect(saved.filter((name) => !known.has(name))).toEqual([]);
});

/** Notes what tfjs calls of it. */
class Noting extends Dense {
  static override readonly className: string = 'Noting';
  readonly calls: string[] = [];

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.calls.push('build');
    super.build(inputShape);
  }
  override call(...args: Parameters<DenseLayer['call']>): tf.Tensor | tf.Tensor[] {
    this.calls.push('call');
    return super.call(...args);
  }
  protected override addWeight(name: string, ...rest: unknown[]) {
    this.calls.push(`addWeight ${name} ${JSON.stringify(rest[0])} ${String(rest[1])}`);
    return super.addWeight(name, ...rest);
  }
  protected override assertInputCompatibility(
    ...args: Parameters<DenseLayer['assertInputCompatibility']>
  ): void {
    this.calls?.push('assertInputCompatibility');
    super.assertInputCompatibility(...args);
  }
  protected override disposeWeights(): number {
    this.calls.push('disposeWeights');
    return super.disposeWeights();
  }
}

test('apply checks its input, builds, adds the weights by name, and checks again before the call', () => {
  const layer = new Noting({ units: 2, name: 'noting' });
  layer.apply(tf.ones([1, 3]));
  expect(layer.calls).toEqual([
    'assertInputCompatibility',
    'build',
    'addWeight kernel [3,2] null',
    'addWeight bias [2] null',
    'assertInputCompatibility',
    'call',
  ]);
  expect(layer.weights.map(({ originalName }) => originalName)).toEqual([
    'noting/kernel',
    'noting/bias',
  ]);
});

test('disposing of a layer that models use disposes of its weights', () => {
  const layer = new Noting({ units: 2 });
  layer.apply(tf.input({ shape: [3] }));
  layer.calls.length = 0;
  layer.dispose();
  expect(layer.calls).toEqual(['disposeWeights']);
});
