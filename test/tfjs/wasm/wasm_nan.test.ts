import * as tf from '@tensorflow/tfjs';
import { activationsOf } from '../../../src/tfjs/activations';
import { ACTIVATIONS } from '../../support/activations';

/*
 * What src/tfjs/wasm_nan.ts takes for granted of tfjs's wasm backend. Where a test fails with a new version of
 * tfjs, that file is to be adapted.
 */

/** Whether an activation keeps a NaN of these bits. */
function keeps(name: (typeof ACTIVATIONS)[number], bits: number): boolean {
  const x = tf.tensor1d(new Float32Array(Uint32Array.of(bits).buffer));
  const [activation] = activationsOf(tf.layers.activation({ activation: name }));
  const { apply } = activation as unknown as { apply(x: tf.Tensor): tf.Tensor };
  return Number.isNaN(apply(x).dataSync()[0]);
}

test('relu6 and hardSigmoid lose every NaN, relu a negative one; the others keep both', () => {
  const lose = (bits: number) => ACTIVATIONS.filter((name) => !keeps(name, bits));
  expect(lose(0x7fc00000)).toEqual(['hardSigmoid', 'relu6']);
  expect(lose(0xffc00000)).toEqual(['hardSigmoid', 'relu', 'relu6']);
});

test('reading a tensor of booleans gives bytes', () => {
  expect(tf.isNaN([0, NaN]).dataSync()).toEqual(Uint8Array.of(0, 1));
});
