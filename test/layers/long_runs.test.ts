import * as tf from '@tensorflow/tfjs';
import {
  bitLinear,
  deploy,
  geluLayer,
  layerNormalization,
  multiHeadAttention,
  rmsNormalization,
} from '../../src';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { allocateHeap, freeHeap, heapMemory, type WasmBackend } from '../../src/tfjs/wasm_heap';
import { memory } from '../support/leaks';
import { randomTensor } from '../support/values';

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
  const outputs = apply(bitLinear({ units: 2 }), apply(geluLayer(), hidden));
  return tf.model({ inputs: [x, mask], outputs });
}

const inputs = (batch: number) => [
  randomTensor([batch, TIME, WIDTH]),
  tf.tensor2d(Array.from({ length: batch }, () => [1, 1, 0, 1, 0])),
];

/** Where the heap of the wasm backend has room. It moves to and fro by some KB, and upwards with what is not freed. */
function firstRoom(): number {
  if (tf.getBackend() !== 'wasm') return 0;
  const backend = tf.backend() as unknown as WasmBackend;
  const address = allocateHeap(backend, 2 ** 22);
  freeHeap(backend, address);
  return address;
}

/** Tensors, and the memory of WebAssembly: of the backend, and that in which the engine keeps packed words. */
function allMemory() {
  const engine = ownMemoryEngine();
  const heap =
    tf.getBackend() === 'wasm' && heapMemory(tf.backend() as unknown as WasmBackend)!.buffer;
  return {
    ...memory(),
    engine: engine.memory.buffer.byteLength,
    engineInUse: engine.bytes,
    heap: heap && heap.byteLength,
  };
}

async function expectNothingGrows(times: number, call: () => Promise<unknown>): Promise<void> {
  const room = firstRoom(); // first, for it may grow the heap
  const before = allMemory();
  for (let i = 0; i < times; i++) await call();
  expect(allMemory()).toEqual(before);
  expect(firstRoom()).toBeLessThan(room + 2 ** 14);
}

// A call takes ten times longer on tensorflow.
test('nothing grows over thousands of predictions', async () => {
  const model = block();
  const deployed = deploy(model);
  const x = inputs(1);
  const predict = () => Promise.resolve((deployed.predict(x) as tf.Tensor).dispose());
  for (let i = 0; i < 100; i++) await predict();
  await expectNothingGrows(tf.getBackend() === 'tensorflow' ? 1000 : 10_000, predict);
});

test('nothing grows over 100 steps of training', async () => {
  const model = block();
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const [x, y] = [inputs(4), randomTensor([4, TIME, 2])];
  const step = () => model.trainOnBatch(x, y);
  for (let i = 0; i < 10; i++) await step();
  await expectNothingGrows(100, step);
});
