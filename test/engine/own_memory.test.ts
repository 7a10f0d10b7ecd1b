import { int8Product } from '../../src/engine/portable/int8_product';
import { Allocator } from '../../src/engine/wasm/allocator';
import { OwnMemoryEngine } from '../../src/engine/wasm/own_memory';
import { SHARED } from '../../src/engine/wasm/threads/share_work';
import { pack } from '../../src/packing/int2';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';
import { present } from '../support/present';

interface Threaded {
  pool?: { shared: Int32Array; timeoutMs: number; announce(...job: unknown[]): void };
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
    asked = -(engine as unknown as Threaded).pool!.shared[SHARED.unclaimed];
  }
  expect(asked).toBeGreaterThanOrEqual(3);
});

test('a thread that does not finish in time is told once; then the calling one computes alone', () => {
  const engine = new OwnMemoryEngine(3);
  const product = productOf(128, 2048, 2048);
  engine.upload(product, () => product.packed);
  const compute = () => {
    const y = new Float32Array(128 * 2048);
    engine.compute('simd128', product, product, y);
    return y;
  };
  const expected = compute();
  const pool = present((engine as unknown as Threaded).pool);
  pool.timeoutMs = 0;
  // One chunk more than there is: as if a thread had taken it and died.
  const announce = pool.announce.bind(pool);
  pool.announce = (...job) => {
    announce(...job);
    Atomics.add(pool.shared, SHARED.pending, 1);
  };
  expect(compute).toThrow('a thread did not finish within 0 s');
  for (let call = 0; call < 5; call++) expectIdentical(compute(), expected);
});

describe('allocator', () => {
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
