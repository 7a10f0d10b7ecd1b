import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import {
  allocateHeap,
  disposeHeapTensor,
  freeHeap,
  freeHeapLater,
  heapAddress,
  heapMemory,
  heapValues,
  makeHeapTensor,
  renewHeapTensor,
  type WasmBackend,
} from '../../../src/tfjs/wasm_heap';

/*
 * What src/tfjs/wasm_heap.ts takes for granted of tfjs's wasm backend. Where a test fails with a new version of
 * tfjs, that file is to be adapted.
 */

const backend = () => tf.backend() as unknown as WasmBackend;
const dataIds = () => (tf.backend() as BackendWasm).numDataIds();

/** Floats that lie at an address of the heap now. */
function floatsAt(address: number, count: number): Float32Array {
  return new Float32Array(heapMemory(backend())!.buffer, address, count).slice();
}

test('the heap is a memory that can be had', () => {
  const memory = heapMemory(backend());
  expect(memory).toBeInstanceOf(WebAssembly.Memory);
  expect(memory!.buffer).toBe(backend().wasm.HEAPU8.buffer);
});

test('a tensor’s values lie at its address, a multiple of 4', () => {
  const x = tf.tensor1d([1.5, 2.5, 3.5]);
  const address = heapAddress(backend(), x);
  expect(address % 4).toBe(0);
  expect(floatsAt(address, 3)).toEqual(Float32Array.of(1.5, 2.5, 3.5));
  const view = heapValues(backend(), x);
  expect([view.byteOffset, view.length]).toEqual([address, 3]);
  expect(view.buffer).toBe(heapMemory(backend())!.buffer);
});

test('int32 values keep all their bits', () => {
  const words = Int32Array.of(0x7fffffff, -1, 16777217);
  expect(heapValues(backend(), tf.tensor1d(words, 'int32'))).toEqual(words);
});

test('asking for the address of a tensor of another backend moves it here', async () => {
  await tf.setBackend('cpu');
  const x = tf.tensor1d([4, 5]);
  await tf.setBackend('wasm');
  expect(floatsAt(heapAddress(backend(), x), 2)).toEqual(Float32Array.of(4, 5));
});

test('a tensor is made with room for its values, and disposed', () => {
  const before = dataIds();
  const info = makeHeapTensor(backend(), [2, 2]);
  expect(heapAddress(backend(), info)).toBeGreaterThan(0);
  expect(dataIds()).toBe(before + 1);
  disposeHeapTensor(backend(), info);
  expect(dataIds()).toBe(before);

  const made = makeHeapTensor(backend(), [2, 2]);
  (heapValues(backend(), made) as Float32Array).set([1, 2, 3, 4]);
  const y = tf.engine().makeTensorFromTensorInfo(made);
  expect([y.shape, y.dtype]).toEqual([[2, 2], 'float32']);
  expect(y.dataSync()).toEqual(Float32Array.of(1, 2, 3, 4));
});

test('bytes are allocated on words, and can be had again once they are freed', () => {
  const address = allocateHeap(backend(), 1000);
  expect(address).toBeGreaterThan(0);
  expect(address % 4).toBe(0);
  freeHeap(backend(), address);
  expect(allocateHeap(backend(), 1000)).toBe(address);
  freeHeap(backend(), address);
});

test('a new tensor gets other memory, and the memory before is freed when that is asked for', () => {
  const before = dataIds();
  const info = makeHeapTensor(backend(), [250]);
  const address = heapAddress(backend(), info);
  const free = renewHeapTensor(backend(), info);
  const other = makeHeapTensor(backend(), [250]);
  const addresses = [info, other].map((tensor) => heapAddress(backend(), tensor));
  expect(new Set([address, ...addresses]).size).toBe(3);
  (heapValues(backend(), info) as Float32Array).fill(2);
  const y = tf.engine().makeTensorFromTensorInfo(info);
  expect(y.dataSync()).toEqual(new Float32Array(250).fill(2));
  free();
  expect(allocateHeap(backend(), 1000)).toBe(address);
  freeHeap(backend(), address);
  disposeHeapTensor(backend(), other);
  y.dispose();
  expect(dataIds()).toBe(before);
});

test('the memory stays the same while the heap grows, its buffer does not', () => {
  const memory = heapMemory(backend())!;
  const x = tf.tensor1d([1.5, 2.5]);
  const { buffer } = memory;
  const large = tf.fill([buffer.byteLength / 4], 1);
  expect(memory.buffer.byteLength).toBeGreaterThan(large.size * 4);
  expect(memory.buffer).not.toBe(buffer);
  expect(heapMemory(backend())).toBe(memory);
  expect(floatsAt(heapAddress(backend(), x), 2)).toEqual(Float32Array.of(1.5, 2.5));
  large.dispose();
});

test('a heap that is not the memory of the exports is refused', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const hidden = { wasm: { ...backend().wasm, asm: { memory } } } as unknown as WasmBackend;
  expect(heapMemory(hidden)).toBeUndefined();
  expect(heapMemory({ wasm: { HEAPU8: new Uint8Array(8) } } as unknown as WasmBackend)).toBe(
    undefined,
  );
});

test('the heap of a removed backend takes back what was allocated', async () => {
  const removed = backend();
  const free = freeHeapLater(removed, allocateHeap(removed, 1000));
  await tf.setBackend('cpu');
  tf.removeBackend('wasm');
  expect(removed.wasm).toBeNull();
  expect(free).not.toThrow();
});
