import { WASM_ENGINES, type WasmEngineName } from '../engines';
import { MAT_MUL_ARGS_BYTES, writeMatMulArgs, type MatMulArgs } from '../mat_mul_args';
import type { Microkernels } from '../microkernels';
import { ThreadPool, type SharedWork } from './pool';
import type { ThreadSystem } from './thread_system';

/** Work of fewer multiplications is done before another thread has woken up. */
const MIN_SHARED_MACS = 1 << 21;

/** A multiple of the outputs of every tile of a product. */
const UNITS_PER_TILE = 8;

/** The threads that share large pieces of work on one memory. If one of them dies, others take the places of all. */
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
   * Shares work between threads. Call `afterwards` next.
   * @returns whether it is done. It is not if a thread has died, or is very slow.
   */
  run(work: SharedWork): boolean {
    return this.pool!.run(work);
  }

  /** Bytes of the workspace of a shared product. */
  workspaceBytes(engine: WasmEngineName, rows: number, inFeatures: number): number {
    return MAT_MUL_ARGS_BYTES + this.most * this.scratchBytes(engine, rows, inFeatures);
  }

  /** `run` for a product of `units` outputs in a workspace, the address of that many bytes. */
  matMul(engine: WasmEngineName, args: MatMulArgs, units: number, workspace: number): boolean {
    const { module, ternaryMatMul } = WASM_ENGINES[engine];
    writeMatMulArgs(this.microkernels.views, workspace, args);
    return this.run({
      module,
      name: ternaryMatMul,
      microkernel: this.microkernels.ternaryMatMul(engine),
      args: workspace,
      units,
      unitsPerTile: UNITS_PER_TILE,
      scratch: workspace + MAT_MUL_ARGS_BYTES,
      scratchBytes: this.scratchBytes(engine, args.rows, args.inFeatures),
    });
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
    await pool.end();
    this.areEnding = false;
  }

  private scratchBytes(engine: WasmEngineName, rows: number, inFeatures: number): number {
    return ceilTo64(this.microkernels.scratchBytes(engine, rows, inFeatures));
  }

  private startedPool(): ThreadPool | undefined {
    if (this.system == null || this.most === 1 || this.areEnding) return undefined;
    return (this.pool ??= new ThreadPool(this.microkernels.memory, this.most, this.system));
  }
}

function ceilTo64(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
