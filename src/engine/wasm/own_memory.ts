import type { TernaryProduct } from '../ternary_product';
import { Allocator } from './allocator';
import type { WasmEngineName } from './engines';
import { floorOf, MAT_MUL_ARGS_BYTES, scaleStride, type MatMulArgs } from './mat_mul_args';
import { Microkernels } from './microkernels';
import { ThreadPool } from './threads/pool';

/** Of a shared memory: all that 32-bit addresses reach, as the modules declare. */
const MAX_PAGES = 65536;

/** Bytes of inputs and outputs that are copied at a time; the memory does not grow with the batch. */
export const CHUNK_BYTES = 1 << 21;

/** A product of fewer multiplications is done before another thread has woken up. */
const MIN_SHARED_MACS = 1 << 21;

/** A product without its packed words. */
export type Operands = Omit<TernaryProduct, 'packed'>;

type Compute = (args: MatMulArgs, workspace: number) => void;

/**
 * The microkernels on a memory of their own, for backends whose tensors are JavaScript arrays. Packed words
 * are copied in once per weight; inputs and outputs at each call.
 */
export class OwnMemoryEngine {
  private readonly allocator: Allocator;
  private readonly microkernels: Microkernels;
  private pool: ThreadPool | undefined;
  private readonly uploaded = new WeakMap<object, { address: number; words: number }>();
  /** For weights that nobody released: their words are freed when the weight is collected. */
  private readonly collected = new FinalizationRegistry<number>((address) =>
    this.allocator.free(address),
  );

  /**
   * @param threads that share a large product, the calling one included.
   * @throws RangeError if the system grants no memory.
   */
  constructor(readonly threads = 1) {
    const limits = threads > 1 ? { maximum: MAX_PAGES, shared: true } : {};
    this.allocator = new Allocator(new WebAssembly.Memory({ initial: 1, ...limits }));
    this.microkernels = new Microkernels(this.allocator.memory);
  }

  supports(engine: WasmEngineName): boolean {
    return this.microkernels.supports(engine);
  }

  /** Bytes in use between calls: the packed words. */
  get bytes(): number {
    return this.allocator.used;
  }

  /** @param weight whose packed words have been uploaded. */
  compute(engine: WasmEngineName, product: Operands, weight: object, y: Float32Array): void {
    const { rows, inFeatures, units, scale } = product;
    const bytesPerRow = 4 * (inFeatures + units);
    const step = Math.min(rows, Math.max(4, Math.floor(CHUNK_BYTES / bytesPerRow) & ~3));
    const bytes = step * bytesPerRow + 4 * (scale.length + units);
    const shared = this.threads > 1 && step * inFeatures * units >= MIN_SHARED_MACS;
    const scratchBytes = ceilTo64(this.microkernels.scratchBytes(engine, step, inFeatures));
    const workspaceBytes = MAT_MUL_ARGS_BYTES + scratchBytes * (shared ? this.threads : 1);
    const operands = this.allocator.allocate(bytes + workspaceBytes);
    const matMul: Compute = shared
      ? (args, workspace) => this.threadPool().matMul(engine, args, units, workspace, scratchBytes)
      : (args, workspace) => this.microkernels.matMul(engine, args, units, workspace);
    try {
      const packed = this.uploaded.get(weight)!.address;
      this.computeInSteps(matMul, product, packed, y, step, operands);
    } finally {
      this.allocator.free(operands);
    }
  }

  get memory(): WebAssembly.Memory {
    return this.allocator.memory;
  }

  /** Lends this many bytes, on a cache line, for the time of a call. The memory may grow first. */
  lend(bytes: number, use: (address: number) => void): void {
    const address = this.allocator.allocate(bytes);
    try {
      use(address);
    } finally {
      this.allocator.free(address);
    }
  }

  private threadPool(): ThreadPool {
    return (this.pool ??= new ThreadPool(this.microkernels, this.threads));
  }

  /** `step` rows at a time; from `operands` on lie those rows of x and y, scale, bias, and the workspace. */
  private computeInSteps(
    matMul: Compute,
    { x, scale, bias, rows, inFeatures, units, eps, activation }: Operands,
    packed: number,
    y: Float32Array,
    step: number,
    operands: number,
  ): void {
    const yAt = operands + 4 * step * inFeatures;
    const scaleAt = yAt + 4 * step * units;
    const biasAt = scaleAt + 4 * scale.length;
    const workspace = biasAt + 4 * units;
    const heap = this.microkernels.views.floats(workspace);
    heap.set(scale, scaleAt / 4);
    if (bias != null) heap.set(bias, biasAt / 4);
    for (let row = 0; row < rows; row += step) {
      const count = Math.min(step, rows - row);
      heap.set(x.subarray(row * inFeatures, (row + count) * inFeatures), operands / 4);
      const args = {
        x: operands,
        packed,
        scale: scaleAt,
        scaleStride: scaleStride(scale.length),
        bias: bias == null ? 0 : biasAt,
        y: yAt,
        yStride: 4 * units,
        rows: count,
        inFeatures,
        eps,
        floor: floorOf(activation),
      };
      matMul(args, workspace);
      y.set(heap.subarray(yAt / 4, yAt / 4 + count * units), row * units);
    }
  }

  /** Copies a weight's packed words in, unless they are here; `weight` is their identity. */
  upload(weight: object, readWords: () => Int32Array): void {
    if (this.uploaded.has(weight)) return;
    const words = readWords();
    const address = this.allocator.allocate(words.byteLength);
    this.microkernels.views.integers(address + words.byteLength).set(words, address / 4);
    this.uploaded.set(weight, { address, words: words.length });
    this.collected.register(weight, address, weight);
  }

  /** A copy of a weight's packed words, which have been uploaded. */
  read(weight: object): Int32Array {
    const { address, words } = this.uploaded.get(weight)!;
    return new Int32Array(this.allocator.memory.buffer, address, words).slice();
  }

  /** Frees a weight's words, if they are here. */
  release(weight: object): void {
    const held = this.uploaded.get(weight);
    if (held == null) return;
    this.collected.unregister(weight);
    this.uploaded.delete(weight);
    this.allocator.free(held.address);
  }
}

function ceilTo64(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
