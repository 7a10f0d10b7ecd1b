import * as tf from '@tensorflow/tfjs';
import {
  bitLinear,
  deploy,
  gelu,
  layerNormalization,
  multiHeadAttention,
  rmsNormalization,
} from '../../src';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { heapMemory, type WasmBackend } from '../../src/tfjs/wasm_heap';
import { memory } from '../support/leaks';
import { randomTensor } from '../support/values';

class Gelu extends tf.layers.Layer {
  static readonly className = 'GeluOfLongRuns';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return gelu([inputs].flat()[0]);
  }
}
tf.serialization.registerClass(Gelu);

const [TIME, WIDTH] = [5, 8];

/** A block of a transformer, with a mask of the keys as its second input. */
function block(): tf.LayersModel {
  const x = tf.input({ shape: [TIME, WIDTH] });
  const mask = tf.input({ shape: [TIME] });
  const apply = (layer: tf.layers.Layer, inputs: tf.SymbolicTensor | tf.SymbolicTensor[]) =>
    layer.apply(inputs) as tf.SymbolicTensor;
  const normalized = apply(layerNormalization(), x);
  const attention = multiHeadAttention({ numHeads: 2, keyDim: 4 });
  const attended = apply(attention, [normalized, normalized, mask]);
  const hidden = apply(bitLinear({ units: 16 }), apply(rmsNormalization(), attended));
  const outputs = apply(bitLinear({ units: 2 }), apply(new Gelu(), hidden));
  return tf.model({ inputs: [x, mask], outputs });
}

const inputs = (batch: number) => [
  randomTensor([batch, TIME, WIDTH]),
  tf.tensor2d(Array.from({ length: batch }, () => [1, 1, 0, 1, 0])),
];

/** Tensors, and the memory of WebAssembly: of the backend, and that in which the engine keeps packed words. */
function allMemory() {
  const engine = ownMemoryEngine();
  const heap = tf.getBackend() === 'wasm' && heapMemory(tf.backend() as unknown as WasmBackend);
  return {
    ...memory(),
    heap: heap ? heap.buffer.byteLength : 0,
    engine: engine.memory.buffer.byteLength,
    engineInUse: engine.bytes,
  };
}

/** A call takes ten times longer on tensorflow. */
const predictions = () => (tf.getBackend() === 'tensorflow' ? 1000 : 10_000);

test('nothing grows over thousands of predictions', () => {
  const model = block();
  const deployed = deploy(model);
  const x = inputs(1);
  const predict = () => (deployed.predict(x) as tf.Tensor).dispose();
  for (let i = 0; i < 100; i++) predict();
  const before = allMemory();
  for (let i = 0; i < predictions(); i++) predict();
  expect(allMemory()).toEqual(before);
});

test('nothing grows over 100 steps of training', async () => {
  const model = block();
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const [x, y] = [inputs(4), randomTensor([4, TIME, 2])];
  for (let i = 0; i < 10; i++) await model.trainOnBatch(x, y);
  const before = allMemory();
  for (let i = 0; i < 100; i++) await model.trainOnBatch(x, y);
  expect(allMemory()).toEqual(before);
});
