import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { packTernary, ternaryMatMul, unpackTernary, type TernaryMatMulOptions } from '../../src';
import { withLeakCheck } from '../support/leaks';
import { productsOf, SHAPES } from '../support/product_grid';
import { opProduct } from '../support/product_op';
import {
  referenceFloatProduct,
  referenceProduct,
  type Product,
} from '../support/product_reference';
import {
  expectClose,
  expectIdentical,
  randomFloats,
  randomTensor,
  randomTernary,
} from '../support/values';

/** The longest rows are about overflowing sums: one input suffices. */
function inputsFor(inFeatures: number): string[] | undefined {
  return inFeatures > 10_000 ? ['all 127'] : undefined;
}

describe('ternaryMatMul against plain integers', () => {
  test.each(SHAPES)('is exact for %i x %i x %i', (...shape) => {
    for (const [name, product] of productsOf(shape, inputsFor(shape[1]))) {
      try {
        expectIdentical(opProduct(product, 'int8'), referenceProduct(product));
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`);
      }
    }
  });

  test.each(SHAPES)('float inputs agree to 1e-5 relative for %i x %i x %i', (...shape) => {
    const [rows, inFeatures, units] = shape;
    const product: Product = {
      x: randomFloats(rows * inFeatures, 1),
      ternary: randomTernary(inFeatures * units, 2),
      scale: randomFloats(units, 3),
      bias: randomFloats(units, 4),
      rows,
      inFeatures,
      units,
      eps: 1e-5,
    };
    expectClose(opProduct(product, 'none'), referenceFloatProduct(product));
  });
});

/** 3 inputs, 2 outputs. */
function example(changes: Partial<TernaryMatMulOptions> = {}): TernaryMatMulOptions {
  const packed = packTernary(tf.tensor2d([[1, 0], [-1, 1], [0, 1]])); // prettier-ignore
  const scale = tf.tensor1d([0.5]);
  return { x: tf.tensor2d([[1, 2, 3]]), packed, scale, ...changes };
}

describe('ternaryMatMul', () => {
  test('gives the numbers of its example', () => {
    expectClose(ternaryMatMul(example()), [-0.5, 2.5], 0.02);
    expectClose(ternaryMatMul(example({ inputQuantizer: 'none' })), [-0.5, 2.5], 1e-7);
  });

  test('applies ReLU, and its gradient is 0 where the output is', () => {
    const args = example({ inputQuantizer: 'none', activation: 'relu' });
    expectIdentical(ternaryMatMul(args), [0, 2.5]);
    const dx = tf.grad((x: tf.Tensor) => ternaryMatMul({ ...args, x }))(args.x, tf.ones([1, 2]));
    expectClose(dx, [0, 0.5, 0.5], 1e-7);
  });

  test('applies ReLU6, and its gradient is 0 where the output is 0 or 6', () => {
    const x = tf.tensor2d([
      [1, 2, 3],
      [1, 2, 30],
      [NaN, 0, 0],
    ]);
    const args = example({ x, inputQuantizer: 'none', activation: 'relu6' });
    expectIdentical(ternaryMatMul(args), [0, 2.5, 0, 6, NaN, NaN]);
    const finite = tf.slice(x, 0, 2);
    const dx = tf.grad((x: tf.Tensor) => ternaryMatMul({ ...args, x }))(finite, tf.ones([2, 2]));
    expectClose(dx, [0, 0.5, 0.5, 0, 0, 0], 1e-7);
  });

  test('keeps all dimensions of x but the last', () => {
    const x = randomTensor([2, 3, 4, 3]);
    const y = withLeakCheck(() => ternaryMatMul(example({ x })));
    expect(y.shape).toEqual([2, 3, 4, 2]);
    expectIdentical(tf.reshape(y, [24, 2]), ternaryMatMul(example({ x: tf.reshape(x, [24, 3]) })));
  });

  test('takes no rows at all', () => {
    expect(ternaryMatMul(example({ x: tf.zeros([0, 3]) })).shape).toEqual([0, 2]);
  });

  test('eps is the least largest magnitude of a row', () => {
    const x = tf.tensor2d([[1, 2, 3]]);
    // 127 / 254 = 0.5, so q = 0.5, 1, 1.5 to even: 0, 1, 2.
    const y = ternaryMatMul(example({ x, eps: 254, scale: tf.tensor1d([1]) }));
    expectIdentical(y, [-2, 6]);
  });

  test('leaves only its result behind', () => {
    const args = example();
    const { numTensors } = tf.memory();
    const y = ternaryMatMul(args);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    y.dispose();
  });

  test('gradient of x is (dy * scale) . ternary^T, of bias the sum of dy', () => {
    const ternary = tf.tensor2d(randomTernary(70 * 5, 1), [70, 5]);
    const scale = tf.tensor1d([0.5, 1, 2, 0.25, 3]);
    const [x, bias, dy] = [randomTensor([2, 3, 70]), randomTensor([5]), randomTensor([2, 3, 5])];
    const f = (x: tf.Tensor, bias: tf.Tensor) =>
      ternaryMatMul({ x, packed: packTernary(ternary), scale, bias });
    const [dx, dbias] = tf.grads(f)([x, bias], dy);
    const rows = tf.reshape<tf.Rank.R2>(tf.mul(dy, scale), [6, 5]);
    expectClose(dx, tf.reshape(tf.matMul(rows, ternary, false, true), [2, 3, 70]), 1e-6);
    expect(dx.shape).toEqual([2, 3, 70]);
    expectClose(dbias, tf.sum(tf.reshape(dy, [6, 5]), 0), 1e-6);
  });

  test('gradient passes a clone of input and output', () => {
    const args = example();
    const f = (x: tf.Tensor) => tf.clone(ternaryMatMul({ ...args, x: tf.clone(x) }));
    const dx = tf.grad(f)(args.x, tf.tensor2d([[1, 2]]));
    expectClose(dx, [0.5, 0.5, 1], 1e-7);
  });

  test('gives the same output for packed words that were saved as an array', () => {
    const args = example();
    const copy = tf.tensor(args.packed.arraySync(), args.packed.shape, 'int32');
    expectIdentical(unpackTernary(copy, 3), unpackTernary(args.packed, 3));
    expectIdentical(ternaryMatMul({ ...args, packed: copy }), ternaryMatMul(args));
  });
});

describe('ternaryMatMul refuses', () => {
  const refused: Array<[string, () => Partial<TernaryMatMulOptions>, string]> = [
    ['x of rank 1', () => ({ x: tf.tensor1d([1, 2, 3]) }), 'x must be of rank 2 or more, got [3]'],
    [
      'x of int32',
      () => ({ x: tf.ones([1, 3], 'int32') }),
      'x must be of dtype float32, got "int32"',
    ],
    [
      'packed of float32',
      () => ({ packed: tf.zeros([2, 4]) }),
      'packed must be of dtype int32, got "float32"',
    ],
    [
      'packed of the wrong length',
      () => ({ packed: tf.zeros([2, 8], 'int32') }),
      'packed must be of shape [2,4] for 3 inputs, got [2,8]',
    ],
    ['packed of rank 1', () => ({ packed: tf.zeros([4], 'int32') }), 'packed must be of shape'],
    [
      'x of another length',
      () => ({ x: tf.ones([1, 65]) }),
      'packed must be of shape [2,8] for 65 inputs, got [2,4]',
    ],
    [
      'scale of the wrong length',
      () => ({ scale: tf.ones([3]) }),
      'scale must be of shape [1] or [2], got [3]',
    ],
    ['scale of rank 2', () => ({ scale: tf.ones([1, 2]) }), 'scale must be of shape [1] or [2]'],
    [
      'bias of the wrong length',
      () => ({ bias: tf.ones([3]) }),
      'bias must be of shape [2], got [3]',
    ],
    [
      'an unknown name',
      () => ({ relu: true }) as never,
      'options has no "relu". It takes x, packed, scale, bias, inputQuantizer, eps, activation, skipZeroBlocks.',
    ],
    ['eps 0', () => ({ eps: 0 }), 'eps must be a finite number of at least 1e-30, got 0'],
    ['eps NaN', () => ({ eps: NaN }), 'eps must be a finite number of at least 1e-30, got NaN'],
    [
      'an unknown input quantizer',
      () => ({ inputQuantizer: 'int4' as 'int8' }),
      "inputQuantizer must be 'int8' or 'none', got \"int4\"",
    ],
    [
      'an unknown activation',
      () => ({ activation: 'elu' as 'relu' }),
      "activation must be 'linear', 'relu' or 'relu6', got \"elu\"",
    ],
    [
      'more inputs than integer sums stay exact for',
      () => ({ x: tf.zeros([1, 132_105]), packed: tf.zeros([2, 8260], 'int32') }),
      'x must be of at most 132104 inputs, for exact integer sums, got [1,132105]',
    ],
  ];

  test.each(refused)('%s', (_name, changes, message) => {
    expect(() => ternaryMatMul(example(changes()))).toThrow(`ternaryMatMul: ${message}`);
  });

  test('code 3 at first use, and every time', () => {
    const packed = tf.tensor2d([[0x55555555, 0, 0, 0], [0, 0, 0, 0x40000000 * 3 | 0]], [2, 4], 'int32'); // prettier-ignore
    for (let use = 0; use < 2; use++) {
      expect(() => ternaryMatMul(example({ packed }))).toThrow(
        'TernaryMatMul: packed must be words of the codes 0, 1 and 2, got "code 3"',
      );
    }
  });

  test('a backend it has no kernel for', async () => {
    const args = example();
    const before = tf.getBackend();
    tf.registerBackend('elsewhere', () => new MathBackendCPU());
    await tf.setBackend('elsewhere');
    try {
      expect(() => ternaryMatMul(args)).toThrow(
        'backend must be cpu, wasm, tensorflow, webgl or webgpu, got "elsewhere"',
      );
    } finally {
      await tf.setBackend(before);
      tf.removeBackend('elsewhere');
    }
  });
});
