import { setTimeout as sleep } from 'node:timers/promises';
import { int8Product } from '../../src/engine/portable/int8_product';
import { Allocator } from '../../src/engine/wasm/allocator';
import { OwnMemoryEngine } from '../../src/engine/wasm/own_memory';
import { SHARED } from '../../src/engine/wasm/threads/share_work';
import { pack } from '../../src/packing/int2';
import {
  dying,
  firstInThreads,
  insteadOfMicrokernels,
  LATE_MICROKERNEL,
} from '../support/first_in_threads';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';

interface Threaded {
  threads: { pool?: { shared: Int32Array } };
}

function productOf(rows: number, inFeatures: number, units: number, seed = 1) {
  return {
    x: randomFloats(rows * inFeatures, seed),
    packed: pack(randomTernary(inFeatures * units, seed), inFeatures, units),
    scale: randomFloats(1, seed),
    bias: randomFloats(units, seed + 1),
    ...{ rows, inFeatures, units, eps: 1e-5 },
  };
}

describe('engine on its own memory', () => {
  test('copies a weight once, and frees it on release', () => {
    const engine = new OwnMemoryEngine();
    const product = productOf(2, 128, 32);
    const weight = {};
    const y = new Float32Array(64);
    for (let call = 0; call < 3; call++) {
      engine.upload(weight, () => product.packed);
      engine.compute('simd128', product, weight, y);
    }
    expect(engine.bytes).toBe(product.packed.byteLength);
    expect(engine.read(weight)).toEqual(product.packed);
    engine.release(weight);
    engine.release(weight);
    expect(engine.bytes).toBe(0);
  });

  test('computes batches larger than it copies at a time', () => {
    const product = productOf(1500, 700, 3);
    const [expected, actual] = [new Float32Array(4500), new Float32Array(4500)];
    int8Product(product, expected);
    const engine = new OwnMemoryEngine();
    engine.upload(product, () => product.packed);
    engine.compute('simd128', product, product, actual);
    expectIdentical(actual, expected);
  });
});

describe('threads', () => {
  const engine = new OwnMemoryEngine(3);
  // Tails in every dimension, and more rows than are copied at a time.
  const shapes = [
    [1, 2100, 1003],
    [3, 1030, 701],
    [13, 500, 333],
    [700, 900, 21],
  ] as const;

  test.each(shapes)('share a product of %i x %i x %i, exactly', (...shape) => {
    const product = productOf(...shape);
    const perOutput = { ...product, scale: randomFloats(shape[2], 7) };
    engine.upload(product, () => product.packed);
    // Repeated, for a thread joins at another moment each time, or not at all while it starts.
    for (const operands of [product, { ...perOutput, bias: undefined }, perOutput]) {
      const [expected, actual] = [0, 1].map(() => new Float32Array(shape[0] * shape[2]));
      int8Product(operands, expected);
      for (let call = 0; call < 20; call++) {
        engine.compute('simd128', operands, product, actual.fill(NaN));
        expectIdentical(actual, expected);
      }
    }
    engine.release(product);
    expect(engine.bytes).toBe(0);
  });
});

test('all threads ask for a part of a product', async () => {
  const engine = new OwnMemoryEngine(3);
  const product = productOf(1, 2048, 2048);
  engine.upload(product, () => product.packed);
  let asked = 0;
  while (asked < 3) {
    engine.compute('simd128', product, product, new Float32Array(2048));
    await new Promise((resolve) => setTimeout(resolve, 20));
    // Each thread has asked in vain, when nothing was left. A late one may have asked for the product before, too.
    asked = -(engine as unknown as Threaded).threads.pool!.shared[SHARED.unclaimed];
  }
  expect(asked).toBeGreaterThanOrEqual(3);
});

describe('a thread that', () => {
  const product = productOf(128, 2048, 2048);
  const expected = new Float32Array(128 * 2048);
  beforeAll(() => int8Product(product, expected));

  /** An engine whose other threads, two, are up. */
  async function startedEngine(): Promise<OwnMemoryEngine> {
    const engine = new OwnMemoryEngine(3);
    engine.upload(product, () => product.packed);
    await waitForThreads(engine);
    return engine;
  }

  async function waitForThreads(engine: OwnMemoryEngine): Promise<void> {
    while (engine.threads.running() < 3) await sleep(10);
  }

  function compute(engine: OwnMemoryEngine): Float32Array {
    const y = new Float32Array(expected.length);
    engine.compute('simd128', product, product, y);
    return y;
  }

  test.each([
    ['ends', 'process.exit()'],
    ['throws', 'throw new Error()'],
  ])('%s inside a product is not waited for long; threads start anew', async (_, end) => {
    const { shown, restore } = firstInThreads(dying(end));
    const engine = await startedEngine();
    while (shown[0] === 0) {
      const start = performance.now();
      expectIdentical(compute(engine), expected);
      expect(performance.now() - start).toBeLessThan(5000);
    }
    restore();
    await waitForThreads(engine);
    for (let call = 0; call < 20; call++) expectIdentical(compute(engine), expected);
    while (engine.bytes > product.packed.byteLength) await sleep(10);
  });

  test('is slow, and cannot be ended at once, writes to no memory of later products', async () => {
    const late = insteadOfMicrokernels(LATE_MICROKERNEL);
    const { shown, restore } = firstInThreads(late, 2000);
    const engine = await startedEngine();
    while (shown[0] === 0) expectIdentical(compute(engine), expected);
    restore();
    const held = engine.bytes;
    while (shown[0] < 100) expectIdentical(compute(engine), expected);
    expect(held).toBeGreaterThan(product.packed.byteLength);
    expect(engine.bytes).toBeGreaterThanOrEqual(held);
    while (engine.bytes > product.packed.byteLength) await sleep(10);
  });
});

describe('allocator', () => {
  test('changes nothing where the memory may not grow', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
    const allocator = new Allocator(memory);
    const first = allocator.allocate(60_000);
    expect(() => allocator.allocate(131_072)).toThrow(
      'WebAssembly: 131072 more bytes must be granted beside 65536; they were refused.',
    );
    expect(allocator.used).toBe(60_032);
    expect(allocator.allocate(65_536)).toBe(first + 60_032);
    expect(memory.buffer.byteLength).toBe(131_072);
  });

  test('hands out ranges that do not overlap, and takes them back', () => {
    const allocator = new Allocator(new WebAssembly.Memory({ initial: 1 }));
    const live = new Map<number, number>();
    for (let round = 0; round < 2000; round++) {
      const bytes = 1 + ((round * 7919) % 5000);
      const address = allocator.allocate(bytes);
      for (const [other, size] of live) {
        expect(address + bytes <= other || other + size <= address).toBe(true);
      }
      live.set(address, bytes);
      expect(address + bytes).toBeLessThanOrEqual(allocator.memory.buffer.byteLength);
      const [oldest] = live.keys();
      if (live.size > 20) {
        allocator.free(oldest);
        live.delete(oldest);
      }
    }
    for (const address of live.keys()) allocator.free(address);
    expect(allocator.used).toBe(0);
    // All is one range again: it fits without growing.
    const { byteLength } = allocator.memory.buffer;
    allocator.allocate(byteLength - 64);
    expect(allocator.memory.buffer.byteLength).toBe(byteLength);
  });
});
