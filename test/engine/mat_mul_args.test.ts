import { MatMulArg } from '../../kernels/mat_mul_args';
import { WASM_ENGINE_NAMES } from '../../src/engine/wasm/engines';
import { MAT_MUL_ARGS_BYTES, writeMatMulArgs } from '../../src/engine/wasm/mat_mul_args';
import { MemoryViews } from '../../src/engine/wasm/memory_views';
import { Microkernels } from '../../src/engine/wasm/microkernels';
import { pack } from '../../src/packing/int2';
import { referenceProduct, type Product } from '../support/product_reference';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';

type Name = keyof typeof MatMulArg;

const NAMES = Object.keys(MatMulArg).filter((key) => Number.isNaN(Number(key))) as Name[];

/** What no microkernel writes, to tell what it wrote. */
const UNTOUCHED = -12345;

const [ROWS, INPUTS, UNITS] = [5, 150, 13];

/** A product in a memory: each operand twice, with other values the second time. */
function productInMemory() {
  const memory = new WebAssembly.Memory({ initial: 8 });
  const floats = new Float32Array(memory.buffer);
  const integers = new Int32Array(memory.buffer);
  let end = 64;
  const put = (values: Float32Array | Int32Array) => {
    const address = end;
    (values instanceof Int32Array ? integers : floats).set(values, address / 4);
    end += Math.ceil(values.byteLength / 64) * 64;
    return address;
  };
  const twice = <T>(make: (seed: number) => T) => [make(1), make(2)] as const;
  const x = twice((seed) => randomFloats(ROWS * INPUTS, seed));
  const ternary = twice((seed) => randomTernary(INPUTS * UNITS, seed));
  const scale = twice((seed) => randomFloats(UNITS, seed + 2));
  const bias = twice((seed) => randomFloats(UNITS, seed + 4));
  const y = twice(() => put(new Float32Array(2 * ROWS * UNITS).fill(UNTOUCHED)));
  const addresses = {
    x: x.map(put),
    packed: ternary.map((values) => put(pack(values, INPUTS, UNITS))),
    scale: scale.map(put),
    bias: bias.map(put),
    y,
  };
  const args: Record<Name, number> = {
    x: addresses.x[0],
    packed: addresses.packed[0],
    scale: addresses.scale[0],
    scaleStride: 4,
    bias: addresses.bias[0],
    y: y[0],
    yStride: 4 * UNITS,
    rows: ROWS,
    inFeatures: INPUTS,
    skipZeroBlocks: 0,
    windows: 0,
    firstWindow: 0,
    eps: 1e-5,
    floor: -Infinity,
    ceiling: Infinity,
  };
  const product: Product = {
    ...{ x: x[0], ternary: ternary[0], scale: scale[0], bias: bias[0] },
    ...{ rows: ROWS, inFeatures: INPUTS, units: UNITS, eps: 1e-5 },
  };
  const workspace = end;
  return {
    memory,
    floats,
    args,
    product,
    addresses,
    values: { x, ternary, scale, bias },
    workspace,
  };
}

type InMemory = ReturnType<typeof productInMemory>;

/** For each argument: another value of it, and what the outputs become. */
const CHANGES: Record<Name, (p: InMemory) => { value: number; expected: Float32Array }> = {
  x: ({ product, addresses, values }) => ({
    value: addresses.x[1],
    expected: referenceProduct({ ...product, x: values.x[1] }),
  }),
  packed: ({ product, addresses, values }) => ({
    value: addresses.packed[1],
    expected: referenceProduct({ ...product, ternary: values.ternary[1] }),
  }),
  scale: ({ product, addresses, values }) => ({
    value: addresses.scale[1],
    expected: referenceProduct({ ...product, scale: values.scale[1] }),
  }),
  scaleStride: ({ product }) => ({
    value: 0,
    expected: referenceProduct({ ...product, scale: product.scale.slice(0, 1) }),
  }),
  bias: ({ product }) => ({
    value: 0,
    expected: referenceProduct({ ...product, bias: undefined }),
  }),
  y: ({ product, addresses }) => ({ value: addresses.y[1], expected: referenceProduct(product) }),
  yStride: ({ product }) => {
    const expected = new Float32Array((2 * ROWS - 1) * UNITS).fill(UNTOUCHED);
    const y = referenceProduct(product);
    for (let row = 0; row < ROWS; row++) {
      expected.set(y.subarray(row * UNITS, (row + 1) * UNITS), 2 * row * UNITS);
    }
    return { value: 8 * UNITS, expected };
  },
  rows: ({ product }) => {
    const y = referenceProduct(product);
    return { value: ROWS - 2, expected: y.fill(UNTOUCHED, (ROWS - 2) * UNITS) };
  },
  inFeatures: ({ product }) => {
    // Rows of x follow one another without a gap; those of the packed words end in a block of 64 as before.
    const inFeatures = INPUTS - 10;
    const ternary = product.ternary.slice(0, inFeatures * UNITS);
    const x = product.x.slice(0, ROWS * inFeatures);
    return {
      value: inFeatures,
      expected: referenceProduct({ ...product, x, ternary, inFeatures }),
    };
  },
  // It changes no output: a test of its own shows that it arrives.
  skipZeroBlocks: ({ product }) => ({ value: 1, expected: referenceProduct(product) }),
  // The rows are the windows of an image then: the convolutions, and threads, show that they arrive.
  windows: ({ product }) => ({ value: 0, expected: referenceProduct(product) }),
  firstWindow: ({ product }) => ({ value: 3, expected: referenceProduct(product) }),
  // As float32 it is another number than as a float64.
  eps: ({ product }) => ({ value: 1.7, expected: referenceProduct({ ...product, eps: 1.7 }) }),
  floor: ({ product }) => ({
    value: 0.25,
    expected: referenceProduct(product).map((value) => Math.max(value, 0.25)),
  }),
  ceiling: ({ product }) => ({
    value: 0.25,
    expected: referenceProduct(product).map((value) => Math.min(value, 0.25)),
  }),
};

test('an argument is a word at its place, a float32 from eps on', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const args = Object.fromEntries(NAMES.map((name, i) => [name, 1000.1 + i])) as Record<
    Name,
    number
  >;
  writeMatMulArgs(new MemoryViews(memory), 128, args);
  expect(MAT_MUL_ARGS_BYTES).toBe(4 * NAMES.length);
  const [integers, floats] = [new Int32Array(memory.buffer), new Float32Array(memory.buffer)];
  for (const [i, name] of NAMES.entries()) {
    expect(MatMulArg[name]).toBe(i);
    const isFloat = ['eps', 'floor', 'ceiling'].includes(name);
    const actual = (isFloat ? floats : integers)[32 + i];
    expect([name, actual]).toEqual([name, isFloat ? Math.fround(1000.1 + i) : 1000 + i]);
  }
  expect(integers.filter((word) => word !== 0)).toHaveLength(NAMES.length);
});

test('an address beyond 2 GiB keeps its bits', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const zeros = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<Name, number>;
  writeMatMulArgs(new MemoryViews(memory), 0, { ...zeros, y: 0xf0000000 });
  expect(new Uint32Array(memory.buffer)[MatMulArg.y]).toBe(0xf0000000);
});

const probe = new Microkernels(new WebAssembly.Memory({ initial: 1 }));
const engines = WASM_ENGINE_NAMES.filter((engine) => probe.supports(engine));

describe.each(engines)('the microkernel of %s', (engine) => {
  test.each(NAMES)('reads %s where it was written', (name) => {
    const inMemory = productInMemory();
    const { value, expected } = CHANGES[name](inMemory);
    const microkernels = new Microkernels(inMemory.memory);
    const args = { ...inMemory.args, [name]: value };
    microkernels.matMul(engine, args, UNITS, inMemory.workspace);
    const at = args.y / 4;
    expectIdentical(inMemory.floats.slice(at, at + expected.length), expected);
    // Otherwise the argument would not matter.
    if (!['y', 'skipZeroBlocks', 'windows', 'firstWindow'].includes(name))
      expect(expected).not.toEqual(referenceProduct(inMemory.product));
  });

  test('skips blocks of zeros, for which it needs more scratch memory, if it is told to', () => {
    for (const skipZeroBlocks of [0, 1]) {
      const { memory, floats, args, product, workspace } = productInMemory();
      const x = product.x.map((value, i) => (i % 8 < 4 ? value : 0));
      floats.set(x, args.x / 4);
      const microkernels = new Microkernels(memory);
      const [less, more] = [0, 1].map((skips) =>
        microkernels.workspaceBytes(engine, { ...args, skipZeroBlocks: skips }),
      );
      microkernels.matMul(engine, { ...args, skipZeroBlocks }, UNITS, workspace);
      const at = args.y / 4;
      const expected = referenceProduct({ ...product, x });
      expectIdentical(floats.slice(at, at + expected.length), expected);
      const behind = new Uint8Array(memory.buffer).slice(workspace + less);
      expect(behind.some((byte) => byte !== 0)).toBe(skipZeroBlocks === 1);
      expect(behind.subarray(more - less).every((byte) => byte === 0)).toBe(true);
    }
  });

  test('computes any range of outputs, and writes no other', () => {
    for (const [first, count] of [[0, 1], [1, 4], [3, 9], [5, 8], [12, 1], [4, 9]] as const) {
      const { memory, floats, args, product, workspace } = productInMemory();
      const microkernels = new Microkernels(memory);
      writeMatMulArgs(microkernels.views, workspace, args);
      const scratch = workspace + MAT_MUL_ARGS_BYTES;
      microkernels.ternaryMatMul(engine)(workspace, first, count, scratch);
      const expected = referenceProduct(product).map((value, i) =>
        i % UNITS >= first && i % UNITS < first + count ? value : UNTOUCHED,
      );
      const at = args.y / 4;
      expectIdentical(floats.slice(at, at + expected.length), expected);
    }
  }); // prettier-ignore
});

test('views reach what a memory has grown by, shared or not', () => {
  for (const limits of [{}, { maximum: 10, shared: true }]) {
    const memory = new WebAssembly.Memory({ initial: 1, ...limits });
    const views = new MemoryViews(memory);
    views.integers(65536)[16383] = 7;
    memory.grow(1);
    expect(views.integers(8)).toBeDefined();
    expect(views.integers(131072)).toHaveLength(32768);
    expect(views.floats(131072)).toHaveLength(32768);
    expect(views.integers(65536)[16383]).toBe(7);
  }
});
