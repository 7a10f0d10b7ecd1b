import * as tf from '@tensorflow/tfjs';
import { gelu } from '../../src';
import { geluModule } from '../../src/engine/gelu/module';
import { geluGradientPortable, geluPortable } from '../../src/engine/gelu/portable';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { GELU_GRID, GELU_GRID_DY } from '../support/gelu_grid';
import { hashOf } from '../support/normalization_grid';
import { expectClose, expectIdentical, randomTensor } from '../support/values';
import { withoutKernel } from '../support/without_kernel';

afterEach(() => tf.env().set('BITCORE_USE_WASM_SIMD', true));

/** Of the outputs and the gradients, on every backend, engine and version of Node. */
const HASHES = { erf: 729420137, tanh: 2803748334 };

/** erfc(z) / 2 for z of at least 0, by its series or its continued fraction. */
function halfErfc(z: number): number {
  if (z < 2.5) {
    let [term, sum] = [z, z];
    for (let n = 1; n < 60; n++) sum += (term *= (-z * z) / n) / (2 * n + 1);
    return 0.5 - sum / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 100; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.exp(-z * z) / (z + fraction) / Math.sqrt(Math.PI) / 2;
}

const TAILS = {
  erf: (size: number) => halfErfc(size / Math.SQRT2),
  tanh: (size: number) =>
    1 / (1 + Math.exp(2 * Math.sqrt(2 / Math.PI) * (size + 0.044715 * size ** 3))),
};

/** The derivative of the tail, without its sign. */
const DENSITIES = {
  erf: (size: number) => Math.exp((-size * size) / 2) / Math.sqrt(2 * Math.PI),
  tanh(size: number) {
    const tail = TAILS.tanh(size);
    return 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * size ** 2) * tail * (1 - tail);
  },
};

describe.each(['erf', 'tanh'] as const)('%s', (form) => {
  test('is within 1e-6 of float64, relative to each output', () => {
    const actual = gelu(tf.tensor(GELU_GRID), form).dataSync();
    const wrong = [...GELU_GRID].findIndex((x, i) => {
      if (!Number.isFinite(x)) return false;
      const tail = TAILS[form](Math.abs(x));
      const expected = x * (x < 0 ? tail : 1 - tail);
      return !(Math.abs(actual[i] - expected) <= 1e-6 * Math.abs(expected) + 2 ** -149);
    });
    expect(GELU_GRID[wrong]).toBeUndefined();
    expect([...actual.slice(-5)]).toEqual([0, -0, Infinity, NaN, NaN]);
  });

  test('the gradient is within 1e-6 of float64, relative to its parts', () => {
    const x = tf.tensor(GELU_GRID);
    const actual = tf
      .grad((x) => gelu(x, form))(x)
      .dataSync();
    const wrong = [...GELU_GRID].findIndex((x, i) => {
      if (!Number.isFinite(x)) return false;
      const size = Math.abs(x);
      const tail = TAILS[form](size);
      const slope = size === 0 || tail === 0 ? 0 : size * DENSITIES[form](size);
      const expected = x < 0 ? tail - slope : 1 - tail + slope;
      const parts = x < 0 ? tail + slope : 1;
      return !(Math.abs(actual[i] - expected) <= 1e-6 * parts + 2 ** -149);
    });
    expect(GELU_GRID[wrong]).toBeUndefined();
    expect([...actual.slice(-5)]).toEqual([0.5, 0.5, 1, -0, NaN]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15])('%i numbers, and nothing behind them', (count) => {
    const memory = ownMemoryEngine().memory;
    const microkernels = geluModule.on(memory)!;
    const x = Float32Array.from({ length: count }, (_, i) => (i - 4) / 3);
    const [y, dx] = [x.slice(), x.slice()];
    geluPortable(x, form, y);
    geluGradientPortable(x, x, form, dx);
    ownMemoryEngine().lend(3 * 128, (address) => {
      const floats = new Float32Array(memory.buffer, address, 96).fill(7);
      floats.set(x);
      microkernels[form](address, address + 128, count);
      microkernels[`${form}Gradient`](address, address, address + 256, count);
      const expected = new Float32Array(96).fill(7);
      [x, y, dx].forEach((numbers, i) => expected.set(numbers, 32 * i));
      expect(floats).toEqual(expected);
    });
  });

  test.each([true, false])(
    'gives the same floats everywhere, WebAssembly allowed: %s',
    (allowed) => {
      tf.env().set('BITCORE_USE_WASM_SIMD', allowed);
      const memory = ownMemoryEngine().memory;
      expect(geluModule.on(memory) != null).toBe(allowed);
      const [y, dx] = [GELU_GRID.slice(), GELU_GRID.slice()];
      geluPortable(GELU_GRID, form, y);
      geluGradientPortable(GELU_GRID, GELU_GRID_DY, form, dx);
      const x = tf.tensor(GELU_GRID);
      expectIdentical(gelu(x, form), y);
      expectIdentical(tf.grad((x) => gelu(x, form))(x, tf.tensor(GELU_GRID_DY)), dx);
      expect(hashOf(dx, hashOf(y))).toBe(HASHES[form]);
    },
  );

  test('ops of tfjs compute the same, and the same gradient, where the kernel is missing', () => {
    const both = () => {
      const x = tf.mul(randomTensor([300]), 5);
      return [gelu(x, form), tf.grad((x) => gelu(x, form))(x)];
    };
    const expected = both();
    withoutKernel('Gelu', both).forEach((actual, i) => expectClose(actual, expected[i], 1e-5));
  });

  test('the gradient is that of finite differences', () => {
    const [x, step] = [randomTensor([60]), 2 ** -7];
    const moved = [step, -step].map((by) => gelu(tf.add(tf.mul(x, 4), by), form));
    const expected = tf.div(tf.sub(moved[0], moved[1]), 2 * step);
    expectClose(tf.grad((x) => gelu(x, form))(tf.mul(x, 4), tf.ones([60])), expected, 1e-4);
  });
});

test('more numbers than fit into a part of the memory, and none', () => {
  const many = randomTensor([3, 100_001]);
  expectIdentical(tf.slice(gelu(many), [2, 0]), gelu(tf.slice(many, [2, 0])));
  expect(gelu(tf.zeros([2, 0])).shape).toEqual([2, 0]);
});

test('wrong arguments', () => {
  expect(() => gelu(tf.ones([2], 'int32'))).toThrow(
    'gelu: x must be a float32 tensor, got "int32"',
  );
  expect(() => gelu(3 as never)).toThrow('gelu: x must be a float32 tensor, got 3.');
  expect(() => gelu(tf.ones([2]), 'exact' as never)).toThrow(
    `gelu: form must be 'erf' or 'tanh', got "exact".`,
  );
});

test('errors name values that JSON cannot show', () => {
  const says = (x: unknown, shown: string) =>
    expect(() => gelu(x as tf.Tensor)).toThrow(`gelu: x must be a float32 tensor, got ${shown}.`);
  says(tf.layers.dense({ units: 1 }).apply(tf.input({ shape: [2] })), 'a SymbolicTensor');
  says(gelu, 'the function gelu');
  says(4n, '4');
});
