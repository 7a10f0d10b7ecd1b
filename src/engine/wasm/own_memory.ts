import { whenCollected } from '../collected';
import type { TernaryProduct } from '../ternary_product';
import { Allocator } from './allocator';
import type { WasmEngineName } from './engines';
import { boundsOf, scaleStride, type MatMulArgs, type MatMulSize } from './mat_mul_args';
import type { MemoryViews } from './memory_views';
import { Microkernels } from './microkernels';
import { newMemory } from './new_memory';
import { unlessMemoryIsRefused } from './refused_memory';
import { nodeThreads } from './threads/node_threads';
import { WorkThreads } from './threads/work_threads';

/** Bytes of inputs and outputs that are copied at a time; the memory does not grow with the batch. */
export const CHUNK_BYTES = 1 << 21;

/** A product without its packed words. */
export type Operands = Omit<TernaryProduct, 'packed'>;

/** Computes a product; false if it could not. */
type MatMul = (args: MatMulArgs, workspace: number) => boolean;

/** A product whose packed words have been uploaded to the address `packed`, `step` rows at a time. */
interface Job {
  readonly engine: WasmEngineName;
  readonly product: Operands;
  readonly packed: number;
  readonly y: Float32Array;
  readonly step: number;
}

/**
 * The microkernels on a memory of their own, for backends whose tensors are JavaScript arrays, and for products that
 * threads share. Packed words are copied in once per weight; inputs and outputs at each call.
 */
export class OwnMemoryEngine {
  private readonly allocator: Allocator;
  readonly microkernels: Microkernels;
  /** Threads that share large work in this memory. */
  readonly threads: WorkThreads;
  private readonly uploaded = new WeakMap<object, { address: number; words: number }>();
  /** For weights that nobody released: their words are freed when the weight is collected. */
  private readonly collected = whenCollected<number>((address) => this.allocator.free(address));

  /**
   * @param threads that may share a large product, the calling one included.
   * @throws RangeError if the system grants no memory.
   */
  constructor(threads = 1) {
    this.allocator = new Allocator(newMemory(threads > 1));
    this.microkernels = new Microkernels(this.allocator.memory);
    this.threads = new WorkThreads(this.microkernels, threads, nodeThreads());
  }

  /** Whether threads would share a product of these sizes now. The first large one starts them. */
  shares(rows: number, inFeatures: number, units: number): boolean {
    return this.threads.mayShare(stepOf(rows, inFeatures, units) * inFeatures * units);
  }

  supports(engine: WasmEngineName): boolean {
    return this.microkernels.supports(engine);
  }

  /** Bytes in use between calls: the packed words. */
  get bytes(): number {
    return this.allocator.used;
  }

  /**
   * @param weight whose packed words have been uploaded.
   * @throws RefusedMemoryError if the memory has no room and may not grow.
   */
  compute(engine: WasmEngineName, product: Operands, weight: object, y: Float32Array): void {
    const { rows, inFeatures, units } = product;
    const step = stepOf(rows, inFeatures, units);
    const packed = this.addressOf(weight);
    const job = { engine, product, packed, y, step };
    const isShared = this.shares(rows, inFeatures, units);
    // One thread needs less memory.
    const computed = isShared ? unlessMemoryIsRefused(() => this.computeShared(job), 0) : 0;
    if (computed < rows) this.computeAlone(job, computed);
  }

  /** Returns how many rows are computed: not all if a thread died. */
  private computeShared(job: Job): number {
    const { engine, product, step } = job;
    const workspaceBytes = this.threads.workspaceBytes(engine, sizeOf(product, step));
    const operands = this.allocator.allocate(bytesOf(job) + workspaceBytes);
    const matMul: MatMul = (args, workspace) =>
      this.threads.matMul(engine, args, product.units, workspace);
    try {
      return this.computeInSteps(job, matMul, operands, 0);
    } finally {
      this.threads.afterwards(() => this.allocator.free(operands));
    }
  }

  /** Computes the rows from `first` on. */
  private computeAlone(job: Job, first: number): void {
    const { engine, product, step } = job;
    const workspaceBytes = this.microkernels.workspaceBytes(engine, sizeOf(product, step));
    const operands = this.allocator.allocate(bytesOf(job) + workspaceBytes);
    const matMul: MatMul = (args, workspace) => {
      this.microkernels.matMul(engine, args, product.units, workspace);
      return true;
    };
    try {
      this.computeInSteps(job, matMul, operands, first);
    } finally {
      this.allocator.free(operands);
    }
  }

  get memory(): WebAssembly.Memory {
    return this.allocator.memory;
  }

  get views(): MemoryViews {
    return this.microkernels.views;
  }

  /**
   * Lends this many bytes, on a cache line, for the time of a call, or until no thread uses them. The memory may grow
   * first.
   * @throws RefusedMemoryError if the memory has no room and may not grow.
   */
  lend(bytes: number, use: (address: number) => void): void {
    const address = this.allocator.allocate(bytes);
    try {
      use(address);
    } finally {
      this.threads.afterwards(() => this.allocator.free(address));
    }
  }

  /**
   * The rows from `first` on, `step` at a time; from `operands` on lie those rows of x and y, scale, bias, and the
   * workspace. Returns how many rows are computed: all, or those before the step that `matMul` could not compute.
   */
  private computeInSteps(
    { product, packed, y, step }: Job,
    matMul: MatMul,
    operands: number,
    first: number,
  ): number {
    const { x, scale, bias, rows, inFeatures, units, eps, activation } = product;
    const yAt = operands + 4 * step * inFeatures;
    const scaleAt = yAt + 4 * step * units;
    const biasAt = scaleAt + 4 * scale.length;
    const workspace = biasAt + 4 * units;
    const heap = this.microkernels.views.floats(workspace);
    heap.set(scale, scaleAt / 4);
    if (bias != null) heap.set(bias, biasAt / 4);
    for (let row = first; row < rows; row += step) {
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
        ...sizeOf(product, count),
        ...{ firstWindow: 0, eps, ...boundsOf(activation) },
      };
      if (!matMul(args, workspace)) return row;
      y.set(heap.subarray(yAt / 4, yAt / 4 + count * units), row * units);
    }
    return rows;
  }

  /**
   * Copies a weight's packed words in, unless they are here; `weight` is their identity.
   * @throws RefusedMemoryError if the memory has no room and may not grow; then nothing has changed.
   */
  upload(weight: object, readWords: () => Int32Array): void {
    if (this.uploaded.has(weight)) return;
    const words = readWords();
    const address = this.allocator.allocate(words.byteLength);
    this.microkernels.views.integers(address + words.byteLength).set(words, address / 4);
    this.uploaded.set(weight, { address, words: words.length });
    this.collected.register(weight, address, weight);
  }

  /** The address of a weight's packed words, which have been uploaded. */
  addressOf(weight: object): number {
    return this.uploaded.get(weight)!.address;
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

function sizeOf({ inFeatures, skipZeroBlocks }: Operands, rows: number): MatMulSize {
  return { rows, inFeatures, skipZeroBlocks: Number(skipZeroBlocks === true), windows: 0 };
}

/** Rows that are copied and computed at a time. */
function stepOf(rows: number, inFeatures: number, units: number): number {
  const bytesPerRow = 4 * (inFeatures + units);
  return Math.min(rows, Math.max(4, Math.floor(CHUNK_BYTES / bytesPerRow) & ~3));
}

/** Bytes of what `computeInSteps` keeps in the memory before the workspace. */
function bytesOf({ product, step }: Job): number {
  const { inFeatures, units, scale } = product;
  return 4 * (step * (inFeatures + units) + scale.length + units);
}
