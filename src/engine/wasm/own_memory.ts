import type { TernaryProduct } from '../engine';
import { Allocator } from './allocator';
import type { Form } from './forms';
import { WasmKernels } from './kernels';

/** Bytes of inputs and outputs that are copied at a time; the memory does not grow with the batch. */
const CHUNK_BYTES = 1 << 21;

/**
 * The kernels on a memory of their own, for backends whose tensors are JavaScript arrays. Packed words
 * are copied in once per weight; inputs and outputs at each call.
 */
export class OwnMemoryEngine {
  private readonly allocator = new Allocator(new WebAssembly.Memory({ initial: 1 }));
  private readonly kernels = new WasmKernels(this.allocator.memory);
  private readonly uploaded = new WeakMap<object, number>();
  /** For weights that nobody released: their words are freed when the weight is collected. */
  private readonly collected = new FinalizationRegistry<number>((address) =>
    this.allocator.free(address),
  );

  supports(form: Form): boolean {
    return this.kernels.supports(form);
  }

  /** Bytes in use between calls: the packed words. */
  get bytes(): number {
    return this.allocator.used;
  }

  /** `weight` is the identity of the packed words: they are copied when it is first seen. */
  compute(form: Form, product: TernaryProduct, weight: object, y: Float32Array): void {
    const { rows, inFeatures, outFeatures, scale } = product;
    const packed = this.upload(weight, product.packed);
    const bytesPerRow = 4 * (inFeatures + outFeatures);
    const step = Math.min(rows, Math.max(4, Math.floor(CHUNK_BYTES / bytesPerRow) & ~3));
    const bytes = step * bytesPerRow + 4 * (scale.length + outFeatures);
    const scratchBytes = this.kernels.scratchBytes(form, step, inFeatures);
    const operands = this.allocator.allocate(bytes + scratchBytes);
    try {
      this.computeInSteps(form, product, packed, y, step, operands);
    } finally {
      this.allocator.free(operands);
    }
  }

  /** `step` rows at a time; from `operands` on lie those rows of x and y, scale, bias, scratch. */
  private computeInSteps(
    form: Form,
    { x, scale, bias, rows, inFeatures, outFeatures, eps }: TernaryProduct,
    packed: number,
    y: Float32Array,
    step: number,
    operands: number,
  ): void {
    const yAt = operands + 4 * step * inFeatures;
    const scaleAt = yAt + 4 * step * outFeatures;
    const biasAt = scaleAt + 4 * scale.length;
    const heap = new Float32Array(this.allocator.memory.buffer);
    heap.set(scale, scaleAt / 4);
    if (bias != null) heap.set(bias, biasAt / 4);
    for (let row = 0; row < rows; row += step) {
      const count = Math.min(step, rows - row);
      heap.set(x.subarray(row * inFeatures, (row + count) * inFeatures), operands / 4);
      this.kernels.run(form, {
        x: operands,
        packed,
        scale: scaleAt,
        scaleCount: scale.length,
        bias: bias == null ? 0 : biasAt,
        y: yAt,
        rows: count,
        inFeatures,
        outFeatures,
        eps,
        scratch: biasAt + 4 * outFeatures,
      });
      y.set(heap.subarray(yAt / 4, yAt / 4 + count * outFeatures), row * outFeatures);
    }
  }

  /** Frees the copy of a weight's words, if there is one. */
  release(weight: object): void {
    const address = this.uploaded.get(weight);
    if (address == null) return;
    this.collected.unregister(weight);
    this.uploaded.delete(weight);
    this.allocator.free(address);
  }

  private upload(weight: object, words: Int32Array): number {
    let address = this.uploaded.get(weight);
    if (address == null) {
      address = this.allocator.allocate(words.byteLength);
      new Int32Array(this.allocator.memory.buffer).set(words, address / 4);
      this.uploaded.set(weight, address);
      this.collected.register(weight, address, weight);
    }
    return address;
  }
}
