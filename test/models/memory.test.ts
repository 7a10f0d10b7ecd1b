import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy, engineInfo } from '../../src';
import { ownMemoryEngine } from '../../src/engine/select';
import { randomTensor } from '../support/values';

/*
 * Bytes of a deployed layer in use, each copy counted: what tfjs holds, and what the engine holds.
 */

const [INPUTS, UNITS] = [1024, 1024];

const heldBytes = () => tf.memory().numBytes + ownMemoryEngine().bytes;

/** A layer as large as they come beside its words: a bias and a scale for each output. */
function deployedModel(): tf.LayersModel {
  const kernelQuantizer = { name: 'bitnet', perChannel: true };
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

/** On wasm the kernels read tfjs's own heap; elsewhere only the portable engine needs no copy. */
test.each([
  ['the fastest engine', true],
  ['the portable engine', false],
])('bits per deployed weight, with %s', (_, simd) => {
  tf.env().set('BITCORE_USE_WASM_SIMD', simd);
  const before = heldBytes();
  const model = deployedModel();
  use(model);
  const isCopied = engineInfo().engine !== 'portable' && tf.getBackend() !== 'wasm';
  const bits = (8 * (heldBytes() - before)) / (INPUTS * UNITS);
  expect(bits).toBeGreaterThanOrEqual(isCopied ? 4 : 2);
  expect(bits).toBeLessThanOrEqual(isCopied ? 4.1 : 2.1);
  model.dispose();
  expect(heldBytes()).toBe(before);
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
