import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, engineInfo, packTernary, ternaryMatMul } from '../../src';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { collected } from '../support/garbage';
import { randomTensor } from '../support/values';
import '@tensorflow/tfjs-backend-wasm';

/*
 * Bytes of a deployed layer in use, each copy counted: what tfjs holds, and what the engine holds.
 */

const [INPUTS, UNITS] = [1024, 1024];

const heldBytes = () => tf.memory().numBytes + ownMemoryEngine().bytes;

/** A layer as large as they come beside its words: a bias and a scale for each output. */
function deployedModel(): tf.LayersModel {
  const kernelQuantizer = { name: 'bitnet', perOutput: true } as const;
  const model = tf.sequential({
    layers: [bitLinear({ units: UNITS, inputShape: [INPUTS], kernelQuantizer })],
  });
  const deployed = deploy(model);
  model.dispose();
  return deployed;
}

function use(model: tf.LayersModel): void {
  tf.tidy(() => void (model.predict(randomTensor([2, INPUTS])) as tf.Tensor).dataSync());
}

afterEach(() => tf.env().set('BITCORE_USE_WASM_SIMD', true));

/** Where threads compute, the words leave the heap of wasm, too. */
const isMoved = () => engineInfo().engine !== 'portable' && engineInfo().threads > 1;

const packedOf = (model: tf.LayersModel) => model.weights[0].read();

beforeAll(() => tf.env().set('BITCORE_THREADS', 2));

/** The engine's memory holds the words of a large product for tfjs, too. */
test.each([
  ['the fastest engine', true],
  ['the portable engine', false],
])('at most 2.1 bits per deployed weight, with %s', async (_, simd) => {
  tf.env().set('BITCORE_USE_WASM_SIMD', simd);
  const before = heldBytes();
  const model = deployedModel();
  const words = new WeakRef(packedOf(model).dataSync());
  const wordBytes = (INPUTS * UNITS) / 4;
  use(model);
  await collected(() => !isMoved() || words.deref() == null);
  // tfjs counts the words that it has given away.
  const givenAway = isMoved() && words.deref() == null ? wordBytes : 0;
  const bits = (8 * (heldBytes() - givenAway - before)) / (INPUTS * UNITS);
  expect(bits).toBeGreaterThanOrEqual(2);
  expect(bits).toBeLessThanOrEqual(2.1);
  model.dispose();
  expect(heldBytes()).toBe(before);
});

test('words that the engine holds are read, shared, and moved to other backends as ever', async () => {
  const model = deployedModel();
  const before = Array.from(packedOf(model).dataSync());
  use(model);
  expect(Array.from(packedOf(model).dataSync())).toEqual(before);
  expect(Array.from(await packedOf(model).data())).toEqual(before);
  const other = tf.getBackend() === 'cpu' ? 'wasm' : 'cpu';
  const shared = packedOf(model).clone();
  const backend = tf.getBackend();
  await tf.setBackend(other);
  use(model);
  await tf.setBackend(backend);
  use(model);
  model.dispose();
  expect(Array.from(shared.dataSync())).toEqual(before);
  shared.dispose();
});

test('weights written anew leave no copy of the old ones', () => {
  const model = deployedModel();
  use(model);
  const before = heldBytes();
  const copy = (t: tf.Tensor) => tf.tensor(t.dataSync().slice(), t.shape, t.dtype);
  tf.tidy(() => model.setWeights(model.getWeights().map(copy)));
  use(model);
  expect(heldBytes()).toBe(before);
  model.dispose();
});

test('a loop that only yields to microtasks holds the words of one product at most', async () => {
  const before = ownMemoryEngine().bytes;
  const [x, scale] = [tf.ones([1, INPUTS]), tf.tensor1d([1])];
  for (let call = 0; call < 20; call++) {
    await Promise.resolve();
    const packed = tf.tidy(() => packTernary(tf.ones([INPUTS, UNITS])));
    tf.dispose([ternaryMatMul({ x, packed, scale }), packed]);
    expect(ownMemoryEngine().bytes - before).toBeLessThanOrEqual((INPUTS * UNITS) / 4);
  }
  tf.dispose([x, scale]);
});
