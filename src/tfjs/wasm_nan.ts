import { customGrad, fill, getBackend, isNaN, where, type Tensor } from '@tensorflow/tfjs-core';

/*
 * Relies on how tfjs's wasm backend computes with NaN. Its relu compares bits as integers, so it returns 0 for
 * a NaN whose sign is negative (infinity * 0 makes one on x86), and NaN for another. Its clipByValue and its
 * minimum(number, x) return a number for every NaN. The activations named here are made of these ops; all
 * other activations of tfjs keep NaN.
 */
const LOSE_NAN = ['relu6', 'hardSigmoid'];

/** The parts of a tfjs activation function that are used. */
interface ActivationFunction {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

/** Applies an activation so that NaN stays NaN. @param x whose NaN are positive. */
export function applyActivation(activation: ActivationFunction, x: Tensor): Tensor {
  const y = activation.apply(x);
  return LOSE_NAN.includes(activation.getClassName()) ? withNaNOf(x, y) : y;
}

/** x with a positive sign for each NaN, which all activations of tfjs then treat alike. */
export function withPositiveNaN(x: Tensor): Tensor {
  return withNaNOf(x, x);
}

/** y with NaN where x is NaN. Gradients pass as if nothing were replaced. */
function withNaNOf(x: Tensor, y: Tensor): Tensor {
  if (getBackend() !== 'wasm') return y;
  const places = isNaN(x);
  // Reading a tensor of this backend takes less time than an op, so the usual case costs one scan.
  const found = places.dataSync().includes(1);
  const result = found ? replaced(y, places) : y;
  places.dispose();
  return result;
}

function replaced(y: Tensor, places: Tensor): Tensor {
  return customGrad((y) => ({
    value: where(places, fill(places.shape, NaN), y as Tensor),
    gradFunc: (dy: Tensor) => dy,
  }))(y);
}
