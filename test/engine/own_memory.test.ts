import { int8Product } from '../../src/engine/portable/int8_product';
import { Allocator } from '../../src/engine/wasm/allocator';
import { OwnMemoryEngine } from '../../src/engine/wasm/own_memory';
import { pack } from '../../src/packing/int2';
import { expectIdentical, randomFloats, randomTernary } from '../support/values';

function productOf(rows: number, inFeatures: number, outFeatures: number, seed = 1) {
  return {
    x: randomFloats(rows * inFeatures, seed),
    packed: pack(randomTernary(inFeatures * outFeatures, seed), inFeatures, outFeatures),
    scale: randomFloats(1, seed),
    bias: randomFloats(outFeatures, seed + 1),
    ...{ rows, inFeatures, outFeatures, eps: 1e-5 },
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
        allocator.free(oldest!);
        live.delete(oldest!);
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
