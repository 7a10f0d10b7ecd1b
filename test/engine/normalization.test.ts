import * as tf from '@tensorflow/tfjs';
import '../../src';
import { normalizeRows, normalizeRowsGradient } from '../../src/engine/normalization/portable';
import { normalizationModule } from '../../src/engine/normalization/module';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { layerNorm, rmsNorm } from '../../src/ops/normalization';
import {
  EPSILON,
  GRID_HASHES,
  hashOf,
  normalizationCases,
  normalizationReference,
  type NormalizationCase,
} from '../support/normalization_grid';
import { expectIdentical, randomFloats, valuesOf } from '../support/values';

afterEach(() => tf.env().set('BITCORE_USE_WASM_SIMD', true));

const KINDS = ['LayerNorm', 'RMSNorm'] as const;
/** The smallest float32 above zero. */
const SMALLEST = 2 ** -149;

type Kind = (typeof KINDS)[number];

/** y by the op. */
function normalized(kind: Kind, { rows, features, ...values }: NormalizationCase): tf.Tensor {
  const x = tf.tensor(values.x, [rows, features]);
  const [gamma, beta] = [tf.tensor(values.gamma), tf.tensor(values.beta)];
  return kind === 'LayerNorm' ? layerNorm(x, gamma, beta, EPSILON) : rmsNorm(x, gamma, EPSILON);
}

/** dx, dgamma and dbeta by the op. */
function gradients(kind: Kind, { rows, features, ...values }: NormalizationCase): tf.Tensor[] {
  const x = tf.tensor(values.x, [rows, features]);
  const dy = tf.tensor(randomFloats(rows * features, 3), [rows, features]);
  const [gamma, beta] = [tf.tensor(values.gamma), tf.tensor(values.beta)];
  if (kind === 'RMSNorm') {
    return tf.grads((x, gamma) => rmsNorm(x, gamma, EPSILON))([x, gamma], dy);
  }
  return tf.grads((x, gamma, beta) => layerNorm(x, gamma, beta, EPSILON))([x, gamma, beta], dy);
}

function portable(kind: Kind, each: NormalizationCase): Float32Array {
  const y = new Float32Array(each.x.length);
  const centered = kind === 'LayerNorm';
  normalizeRows({ ...each, epsilon: EPSILON, centered }, centered ? each.beta : undefined, y);
  return y;
}

function portableGradients(kind: Kind, each: NormalizationCase): Float32Array[] {
  const centered = kind === 'LayerNorm';
  const dx = new Float32Array(each.x.length);
  const dgamma = new Float32Array(each.features);
  const dbeta = centered ? new Float32Array(each.features) : undefined;
  const dy = randomFloats(each.x.length, 3);
  normalizeRowsGradient({ ...each, epsilon: EPSILON, centered }, dy, { dx, dgamma, dbeta });
  return [dx, dgamma, ...(dbeta ? [dbeta] : [])];
}

/** Says which case failed. */
function inEach(check: (each: NormalizationCase) => void): void {
  for (const each of normalizationCases()) {
    try {
      tf.tidy(() => check(each));
    } catch (error) {
      throw new Error(`${each.name}: ${(error as Error).message}`);
    }
  }
}

test('WebAssembly computes where it is not forbidden', () => {
  expect(normalizationModule.on(ownMemoryEngine().memory)).toBeDefined();
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  expect(normalizationModule.on(ownMemoryEngine().memory)).toBeUndefined();
});

describe.each(KINDS)('%s', (kind) => {
  test('the portable floats are within 1e-6 of float64', () => {
    inEach((each) => {
      const { y, size } = normalizationReference(each, kind === 'LayerNorm');
      const isClose = (actual: number, i: number) =>
        Number.isNaN(y[i])
          ? Number.isNaN(actual)
          : Math.abs(actual - y[i]) <= 1e-6 * size[i] + SMALLEST;
      const actual = portable(kind, each);
      const wrong = actual.findIndex((value, i) => !isClose(value, i));
      if (wrong >= 0)
        throw new Error(`Index ${wrong}: got ${actual[wrong]}, expected ${y[wrong]}.`);
    });
  });

  test('they are the same wherever they are computed', () => {
    let hash: number | undefined;
    inEach((each) => (hash = hashOf(valuesOf(normalized(kind, each)) as Float32Array, hash)));
    expect(hash).toBe(GRID_HASHES[kind]);
  });

  test.each([true, false])('the op gives these floats, WebAssembly allowed: %s', (allowed) => {
    tf.env().set('BITCORE_USE_WASM_SIMD', allowed);
    inEach((each) => expectIdentical(normalized(kind, each), portable(kind, each)));
  });

  test.each([true, false])('so do its gradients, WebAssembly allowed: %s', (allowed) => {
    tf.env().set('BITCORE_USE_WASM_SIMD', allowed);
    inEach((each) => {
      const expected = portableGradients(kind, each);
      gradients(kind, each).forEach((actual, i) => expectIdentical(actual, expected[i]!));
    });
  });

  test('rows without NaN and infinity are untouched by the others', () => {
    const features = 20;
    const x = randomFloats(3 * features, 5);
    const [gamma, beta] = [randomFloats(features, 1), randomFloats(features, 2)];
    const all = { name: '', rows: 3, features, x, gamma, beta };
    const expected = valuesOf(normalized(kind, all)) as Float32Array;
    for (const bad of [NaN, Infinity, -Infinity]) {
      x[features + 3] = bad;
      const actual = valuesOf(normalized(kind, all)) as Float32Array;
      const row = (values: Float32Array, i: number) =>
        values.subarray(i * features, (i + 1) * features);
      expect(row(actual, 1).every(Number.isNaN)).toBe(true);
      for (const i of [0, 2]) expectIdentical(row(actual, i), row(expected, i));
    }
  });

  test('more rows than fit into a step of the memory', () => {
    const [rows, features] = [2000, 301];
    const each = {
      name: '',
      rows,
      features,
      x: randomFloats(rows * features, 7),
      gamma: randomFloats(features, 1),
      beta: randomFloats(features, 2),
    };
    expectIdentical(normalized(kind, each), portable(kind, each));
    const expected = portableGradients(kind, each);
    gradients(kind, each).forEach((actual, i) => expectIdentical(actual, expected[i]!));
  });

  test('no rows', () => {
    const none = new Float32Array(0);
    const ones = new Float32Array(5).fill(1);
    const each = { name: '', rows: 0, features: 5, x: none, gamma: ones, beta: ones };
    expect(normalized(kind, each).shape).toEqual([0, 5]);
    expect(gradients(kind, each)[0]!.shape).toEqual([0, 5]);
  });
});
