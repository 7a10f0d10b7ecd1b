import { ceilTo64 } from '../cache_lines';
import { WASM_ENGINES, type WasmEngineName } from '../engines';
import {
  MAT_MUL_ARGS_BYTES,
  writeMatMulArgs,
  type MatMulArgs,
  type MatMulSize,
} from '../mat_mul_args';
import type { Microkernels } from '../microkernels';
import { CHUNKS_PER_THREAD, ThreadPool, type SharedWork } from './pool';
import type { ThreadSystem } from './thread_system';

/** Work of fewer multiplications is done before another thread has woken up. */
const MIN_SHARED_MACS = 1 << 21;

/** A multiple of the outputs of every tile of a product. */
const UNITS_PER_TILE = 8;

/**
 * Chunks of fewer rows are slower than ranges of outputs, each of which quantizes all rows. Measured with 2 threads.
 */
const MIN_ROWS_PER_CHUNK = 32;

/** What `run` makes chunks of: ranges of units. */
export type WorkInRanges = Omit<SharedWork, 'chunks' | 'argsStep' | 'unitsPerChunk'>;

/**
 * The threads that share large pieces of work on one memory. If one of them dies in the middle of work, others take
 * the places of all; one that ends between two pieces of work is not replaced.
 */
export class WorkThreads {
  private pool: ThreadPool | undefined;
  /** Whether threads of an earlier pool have not ended yet: until then the calling thread computes alone. */
  private areEnding = false;

  /**
   * @param most threads that may share a piece of work, the calling one included.
   * @param system undefined where no threads can be had.
   */
  constructor(
    private readonly microkernels: Microkernels,
    readonly most: number,
    private readonly system: ThreadSystem | undefined,
  ) {}

  /** Threads that run, the calling one included. Those that do not run are started. */
  running(): number {
    return this.startedPool()?.runningThreads() ?? 1;
  }

  /** Whether work of so many multiplications is shared now. The first large one starts the threads. */
  mayShare(multiplications: number): boolean {
    return multiplications >= MIN_SHARED_MACS && (this.startedPool()?.threads ?? 1) > 1;
  }

  /**
   * Shares work between threads, in ranges of units. Call `afterwards` next.
   * @param unitsPerTile chunks are multiples of so many units.
   * @returns whether it is done. It is not if a thread has died, or is very slow.
   */
  run(work: WorkInRanges, unitsPerTile: number): boolean {
    const pool = this.pool!;
    const tiles = Math.ceil(work.units / pool.mostChunks / unitsPerTile);
    const unitsPerChunk = tiles * unitsPerTile;
    const chunks = Math.ceil(work.units / unitsPerChunk);
    return pool.run({ ...work, chunks, argsStep: 0, unitsPerChunk });
  }

  /** Bytes of the workspace of a shared product. */
  workspaceBytes(engine: WasmEngineName, size: MatMulSize): number {
    return this.argsBytes + this.most * this.scratchBytes(engine, size);
  }

  /** `run` for a product of `units` outputs in a workspace, the address of that many bytes. */
  matMul(engine: WasmEngineName, args: MatMulArgs, units: number, workspace: number): boolean {
    const { module, ternaryMatMul } = WASM_ENGINES[engine];
    const work = {
      module,
      name: ternaryMatMul,
      microkernel: this.microkernels.ternaryMatMul(engine),
      args: workspace,
      units,
      scratch: workspace + this.argsBytes,
      scratchBytes: this.scratchBytes(engine, args),
      multiplications: args.rows * args.inFeatures * units,
    };
    const { threads } = this.pool!;
    const chunksPerThread = Math.floor(args.rows / MIN_ROWS_PER_CHUNK / threads);
    if (chunksPerThread > 0) {
      return this.runInRows(work, args, threads * Math.min(chunksPerThread, CHUNKS_PER_THREAD));
    }
    writeMatMulArgs(this.microkernels.views, workspace, args);
    return this.run(work, UNITS_PER_TILE);
  }

  /** Each chunk has some rows. */
  private runInRows(work: WorkInRanges, args: MatMulArgs, mostChunks: number): boolean {
    const { rows, inFeatures, yStride } = args;
    const step = Math.ceil(rows / mostChunks / 4) * 4;
    const chunks = Math.ceil(rows / step);
    for (let chunk = 0, row = 0; chunk < chunks; chunk++, row += step) {
      writeMatMulArgs(this.microkernels.views, work.args + chunk * MAT_MUL_ARGS_BYTES, {
        ...args,
        x: args.x + 4 * row * inFeatures,
        y: args.y + row * yStride,
        firstWindow: args.firstWindow + row,
        rows: Math.min(step, rows - row),
      });
    }
    const argsStep = MAT_MUL_ARGS_BYTES;
    return this.pool!.run({ ...work, chunks, argsStep, unitsPerChunk: work.units });
  }

  /** Calls `free`, for memory that work here has used, when no thread can use it any more. */
  afterwards(free: () => void): void {
    if (this.pool == null || this.pool.isIdle) free();
    else void this.end().then(free);
  }

  /** Ends the threads that run; the next large piece of work starts others. Resolves when they have ended. */
  async end(): Promise<void> {
    const { pool } = this;
    if (pool == null) return;
    this.pool = undefined;
    this.areEnding = true;
    try {
      await pool.end();
    } finally {
      this.areEnding = false;
    }
  }

  /** Bytes of the arguments of all chunks. */
  private get argsBytes(): number {
    return this.most * CHUNKS_PER_THREAD * MAT_MUL_ARGS_BYTES;
  }

  private scratchBytes(engine: WasmEngineName, size: MatMulSize): number {
    return ceilTo64(this.microkernels.scratchBytes(engine, size));
  }

  private startedPool(): ThreadPool | undefined {
    if (this.system == null || this.most === 1 || this.areEnding) return undefined;
    return (this.pool ??= new ThreadPool(this.microkernels.memory, this.most, this.system));
  }
}
