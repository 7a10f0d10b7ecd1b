import * as tf from '@tensorflow/tfjs';
import '../../src';
import {
  gateScratchBytes,
  groupsOf,
  microkernelFor,
  type GateRows,
} from '../../src/engine/gate/gate_rows';
import { gateModule } from '../../src/engine/gate/module';
import { gatePortable } from '../../src/engine/gate/portable';
import { ownMemoryEngine } from '../../src/engine/own_memory_engine';
import { gate } from '../../src/ops/sparsity_gate';
import { GATE_SCOPES, GATE_SPARSITIES, gateCases, gateReference } from '../support/gate_grid';
import { withLeakCheck } from '../support/leaks';
import { expectIdentical, randomFloats, randomTensor } from '../support/values';
import { withoutKernel } from '../support/without_kernel';

afterEach(() => tf.env().set('BITCORE_USE_WASM_SIMD', true));

describe.each(GATE_SCOPES)('%s', (scope) => {
  /** Of the whole grid, by name. */
  const outputs = () =>
    [...gateCases()].flatMap(({ name, rows, width, x }) =>
      GATE_SPARSITIES.map((sparsity): [string, Float32Array, number[]] => [
        `${name}, ${sparsity}`,
        tf.tidy(() => gate(tf.tensor(x, [rows, width]), sparsity, scope).dataSync<'float32'>()),
        gateReference({ width, x }, sparsity, scope),
      ]),
    );

  /** The first case whose output is not that of the reference, with the sign of zeros if `same` tells them apart. */
  const wrong = (same: (a: number, b: number) => boolean) =>
    outputs().find(([, y, expected]) => !expected.every((v, i) => same(v, y[i])));

  test.each([true, false])('keeps the largest, WebAssembly allowed: %s', (allowed) => {
    tf.env().set('BITCORE_USE_WASM_SIMD', allowed);
    expect(gateModule.on(ownMemoryEngine().memory) != null).toBe(allowed);
    expect(wrong(Object.is)).toBeUndefined();
  });

  test('ops of tfjs compute the same where the kernel is missing', () => {
    const isEqual = (a: number, b: number) => a === b || Object.is(a, b);
    expect(withoutKernel('SparsityGate', () => wrong(isEqual))).toBeUndefined();
  });

  test('the gradient is dy everywhere, also where the kernel is missing, and beside the input', () => {
    const [x, dy] = [randomTensor([3, 10], 1), randomTensor([3, 10], 2)];
    const gradient = () => tf.grad((x) => gate(x, 0.6, scope))(x, dy);
    expectIdentical(gradient(), dy);
    expectIdentical(withoutKernel('SparsityGate', gradient), dy);
    const residual = tf.grad((x) => tf.add(gate(x, 0.6, scope), x))(x, dy);
    expectIdentical(residual, tf.mul(dy, 2));
  });

  test('sparsity 0 and no numbers at all', () => {
    const x = tf.tensor2d([[-0, 1, NaN]]);
    expectIdentical(gate(x, 0, scope), x);
    expect(gate(tf.zeros([2, 0]), 0.5, scope).shape).toEqual([2, 0]);
    expect(gate(tf.zeros([0, 5]), 0.5, scope).shape).toEqual([0, 5]);
  });

  test('leaves nothing behind', () => {
    const x = randomTensor([2, 3, 10]);
    const before = tf.memory().numTensors;
    withLeakCheck(() => gate(x, 0.5, scope)).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('of equal sizes the first are kept', () => {
  const x = tf.tensor2d([[1, -1, 1, 1], [2, 1, -1, 1]]); // prettier-ignore
  expectIdentical(gate(x, 0.5, 'token'), [1, -1, 0, 0, 2, 1, 0, 0]);
  expectIdentical(gate(x, 0.5, 'tensor'), [1, -1, 1, 0, 2, 0, 0, 0]);
  const blocks = tf.tensor2d([[1, 2, 0, 0, 0, 0, 2, 1, 3, 0]]);
  expectIdentical(gate(blocks, 0.5, 'block4'), [1, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test('rows and batches that are longer than a part of the memory', () => {
  const wide = randomTensor([2, 200_003]);
  const many = randomTensor([403, 1001]);
  for (const x of [wide, many]) {
    const width = x.shape[1]!;
    const expected = gateReference({ width, x: x.dataSync<'float32'>() }, 0.4, 'block4');
    expectIdentical(gate(x, 0.4, 'block4'), expected);
  }
});

test.each([1, 4] as const)(
  'more numbers than a count of the microkernels holds, in groups of %i',
  (groupSize) => {
    const width = 3 * 2 ** 17 + 5;
    const groups = groupsOf({ width, groupSize });
    const x = randomFloats(width, 1);
    const [expected, actual] = [new Float32Array(width), new Float32Array(width)];
    for (const keep of [Math.floor(groups / 3), groups - 1]) {
      const rows: GateRows = { width, groupSize, keep };
      gatePortable(x, rows, expected);
      inOneStep(x, rows, actual);
      expectIdentical(actual, expected);
    }
  },
);

/** The microkernels on a row that is too long for `gateInOwnMemory`. */
function inOneStep(x: Float32Array, rows: GateRows, y: Float32Array): void {
  const memory = ownMemoryEngine().memory;
  const microkernels = gateModule.on(memory)!;
  const bytes = 4 * x.length;
  ownMemoryEngine().lend(4 * bytes + 64, (at) => {
    new Float32Array(memory.buffer, at, x.length).set(x);
    microkernelFor(rows, microkernels)(at, at + bytes, 1, x.length, rows.keep, at + 2 * bytes);
    y.set(new Float32Array(memory.buffer, at + bytes, x.length));
  });
}

test('the microkernels write nothing behind a row and the scratch memory', () => {
  const memory = ownMemoryEngine().memory;
  const microkernels = gateModule.on(memory)!;
  for (let width = 1; width < 70; width++) {
    for (const groupSize of [1, 4] as const) {
      const rows = { width, groupSize, keep: groupsOf({ width, groupSize }) >> 1 };
      const x = randomFloats(width, width).map((value) => Math.round(4 * value));
      const [y, scratchEnd] = [x.slice(), 256 + gateScratchBytes(rows) / 4];
      gatePortable(x, rows, y);
      ownMemoryEngine().lend(4096, (at) => {
        const floats = new Float32Array(memory.buffer, at, 1024).fill(7);
        floats.set(x);
        microkernelFor(rows, microkernels)(at, at + 512, 1, width, rows.keep, at + 1024);
        const expected = new Float32Array(1024).fill(7);
        expected.set(x);
        expected.set(y, 128);
        expected.set(floats.subarray(256, scratchEnd), 256);
        expect(floats).toEqual(expected);
      });
    }
  }
});
