import type { WasmEngineName } from '../engines';
import { MAT_MUL_ARGS_BYTES, type MatMulArgs } from '../mat_mul_args';
import type { Microkernels } from '../microkernels';
import { ThreadPool } from './pool';
import type { ThreadSystem } from './thread_system';

/** A product of fewer multiplications is done before another thread has woken up. */
const MIN_SHARED_MACS = 1 << 21;

/** The threads that share large products on one memory. If one of them dies, others take the places of all. */
export class ProductThreads {
  private pool: ThreadPool | undefined;
  /** Whether threads of an earlier pool have not ended yet: until then the calling thread computes alone. */
  private areEnding = false;

  /**
   * @param most threads that may share a product, the calling one included.
   * @param system undefined where no threads can be had.
   */
  constructor(
    private readonly microkernels: Microkernels,
    private readonly most: number,
    private readonly system: ThreadSystem | undefined,
  ) {}

  /** Threads that run, the calling one included. Those that do not run are started. */
  running(): number {
    return this.startedPool()?.runningThreads() ?? 1;
  }

  /** Whether a product of these sizes is shared now. The first large one starts the threads. */
  mayShare(rows: number, inFeatures: number, units: number): boolean {
    const isLarge = rows * inFeatures * units >= MIN_SHARED_MACS;
    return isLarge && (this.startedPool()?.threads ?? 1) > 1;
  }

  /** Bytes of the workspace of a shared product. */
  workspaceBytes(engine: WasmEngineName, rows: number, inFeatures: number): number {
    return MAT_MUL_ARGS_BYTES + this.most * this.scratchBytes(engine, rows, inFeatures);
  }

  /**
   * Computes a product of `units` outputs in a workspace, the address of that many bytes. Call `afterwards` next.
   * @returns whether it is computed. It is not if a thread has died, or is very slow.
   */
  matMul(engine: WasmEngineName, args: MatMulArgs, units: number, workspace: number): boolean {
    const scratchBytes = this.scratchBytes(engine, args.rows, args.inFeatures);
    return this.pool!.matMul(engine, args, units, workspace, scratchBytes);
  }

  /** Calls `free`, for memory that products here have used, when no thread can use it any more. */
  afterwards(free: () => void): void {
    if (this.pool == null || this.pool.isIdle) free();
    else void this.end().then(free);
  }

  /** Ends the threads that run; the next large product starts others. Resolves when they have ended. */
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
    return (this.pool ??= new ThreadPool(this.microkernels, this.most, this.system));
  }
}

function ceilTo64(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
