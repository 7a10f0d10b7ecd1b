import { WASM_ENGINE_NAMES, WASM_ENGINES, type WasmEngineName } from '../engines';
import { MAT_MUL_ARGS_BYTES, writeMatMulArgs, type MatMulArgs } from '../mat_mul_args';
import type { Microkernels } from '../microkernels';
import { compiledModule, type Microkernel } from '../modules';
import { SHARED, shareWork } from './share_work';
import { SPINS, THREAD_PROGRAM } from './thread_program';
import type { Thread, ThreadSystem } from './thread_system';

/**
 * If no chunk is finished for so long, a thread is taken for dead. A chunk takes milliseconds, and a container that has
 * used up its share of the processors waits for 100 ms at most. A thread that lives and is slower still costs time, and
 * no right result: the memory of its product is not used again before the thread has ended.
 */
const PATIENCE_MS = 200;

/** Chunks for each thread, so that one that starts late or runs slowly takes fewer. */
const CHUNKS_PER_THREAD = 4;

/** A multiple of the outputs of every tile. */
const TILE_UNITS = 8;

/** Threads that share the outputs of one product, on a shared memory; the calling thread is one of them. */
export class ThreadPool {
  private readonly shared: Int32Array;
  private readonly ternaryMatMuls: Array<Microkernel | undefined>;
  /** The others that have not ended, by their numbers, from 1. */
  private readonly workers = new Map<number, Thread>();
  private readonly startedAt = performance.now();

  /** @param threads the calling one included. Those that may not be started, or find no room, are left out. */
  constructor(
    private readonly microkernels: Microkernels,
    threads: number,
    private readonly system: ThreadSystem,
  ) {
    this.shared = new Int32Array(new SharedArrayBuffer(4 * (SHARED.up + threads)));
    this.ternaryMatMuls = WASM_ENGINE_NAMES.map((engine) =>
      microkernels.supports(engine) ? microkernels.ternaryMatMul(engine) : undefined,
    );
    const others = system.threadsThatFit(threads - 1);
    for (let thread = 1; thread <= others; thread++) this.start(thread);
  }

  private start(thread: number): void {
    const modules = WASM_ENGINE_NAMES.map((engine) => {
      const { module, ternaryMatMul } = WASM_ENGINES[engine];
      return { module: compiledModule(module, true), name: ternaryMatMul };
    });
    const { shared, microkernels } = this;
    const data = { memory: microkernels.memory, modules, shared, at: SHARED, thread };
    // One that cannot start, or may not (Node's permissions, a page's policy), takes no chunks: others compute them.
    try {
      const worker = this.system.start(THREAD_PROGRAM, data, () => this.workers.delete(thread));
      this.workers.set(thread, worker);
    } catch {
      return;
    }
  }

  /** Threads that were started and have not ended, the calling one included. */
  get threads(): number {
    return 1 + this.workers.size;
  }

  /** Threads that run now, the calling one included. Waits for those that are starting, where that is possible. */
  runningThreads(): number {
    return 1 + [...this.workers.keys()].filter((thread) => this.isUp(thread)).length;
  }

  private isUp(thread: number): boolean {
    const at = SHARED.up + thread;
    const left = this.startedAt + this.system.startMs - performance.now();
    if (left > 0) this.system.waitWhile(this.shared, at, 0, left);
    return Atomics.load(this.shared, at) === 1;
  }

  /**
   * Computes a product of `units` outputs in a workspace: the address of room for its arguments and, for each
   * thread, `scratchBytes`.
   * @returns whether it is computed. It is not if a thread has died, or is very slow: then the pool is of no more use,
   *   and that thread may still read and write what the arguments and the workspace name until the pool has ended.
   */
  matMul(
    engine: WasmEngineName,
    args: MatMulArgs,
    units: number,
    workspace: number,
    scratchBytes: number,
  ): boolean {
    writeMatMulArgs(this.microkernels.views, workspace, args);
    this.announce(engine, units, workspace, scratchBytes);
    shareWork(this.shared, SHARED, this.ternaryMatMuls, 0);
    return this.waitForAll();
  }

  /** Whether no thread works, so that the memory of products may be used for others. */
  get isIdle(): boolean {
    return Atomics.load(this.shared, SHARED.pending) === 0;
  }

  /** Ends the other threads; resolves when they have ended. */
  async end(): Promise<void> {
    Atomics.store(this.shared, SHARED.isOver, 1);
    this.wakeAll();
    await Promise.all([...this.workers.values()].map((worker) => worker.end()));
  }

  /** Tells all threads of a job. */
  private announce(
    engine: WasmEngineName,
    units: number,
    workspace: number,
    scratchBytes: number,
  ): void {
    const { shared, threads } = this;
    const mostChunks = threads === 1 ? 1 : threads * CHUNKS_PER_THREAD;
    const unitsPerChunk = Math.ceil(units / mostChunks / TILE_UNITS) * TILE_UNITS;
    const chunks = Math.ceil(units / unitsPerChunk);
    shared[SHARED.microkernel] = WASM_ENGINE_NAMES.indexOf(engine);
    shared[SHARED.args] = workspace;
    shared[SHARED.units] = units;
    shared[SHARED.unitsPerChunk] = unitsPerChunk;
    shared[SHARED.scratch] = workspace + MAT_MUL_ARGS_BYTES;
    shared[SHARED.scratchBytes] = scratchBytes;
    Atomics.store(shared, SHARED.pending, chunks);
    Atomics.store(shared, SHARED.unclaimed, chunks);
    this.wakeAll();
  }

  private wakeAll(): void {
    Atomics.add(this.shared, SHARED.jobCount, 1);
    Atomics.notify(this.shared, SHARED.jobCount);
  }

  /** False if a thread is taken for dead. */
  private waitForAll(): boolean {
    const { shared } = this;
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(shared, SHARED.pending) === 0) return true;
    }
    for (;;) {
      const left = Atomics.load(shared, SHARED.pending);
      if (left === 0) return true;
      if (!this.system.waitWhile(shared, SHARED.pending, left, PATIENCE_MS)) return false;
    }
  }
}
