import type { Worker as Thread } from 'node:worker_threads';
import { WASM_ENGINE_NAMES, WASM_ENGINES, type WasmEngineName } from '../engines';
import { MAT_MUL_ARGS_BYTES, writeMatMulArgs, type MatMulArgs } from '../mat_mul_args';
import type { Microkernels } from '../microkernels';
import { compiledModule, type Microkernel } from '../modules';
import { nodeWorkerThreads } from './node_threads';
import { SHARED, shareWork } from './share_work';

/** Looks for unfinished chunks before it sleeps: a chunk takes microseconds, and so does waking up. */
const SPINS = 20000;
/** A chunk takes milliseconds at most; a thread that needs longer is gone. */
const TIMEOUT_MS = 60_000;

/** Chunks for each thread, so that one that starts late or runs slowly takes fewer. */
const CHUNKS_PER_THREAD = 4;

/** A multiple of the outputs of every tile. */
const TILE_UNITS = 8;

/** What a thread runs: it sleeps between jobs. */
const WORKER = `
const { workerData } = process.getBuiltinModule('node:worker_threads');
const { memory, modules, shared, at, thread } = workerData;
const microkernels = modules.map(({ module, name }) =>
  module && new WebAssembly.Instance(module, { env: { memory } }).exports[name]);
const shareWork = ${shareWork.toString()};
for (let seen = 0; ; ) {
  for (let spin = 0; spin < ${SPINS} && Atomics.load(shared, at.jobCount) === seen; spin++);
  Atomics.wait(shared, at.jobCount, seen);
  seen = Atomics.load(shared, at.jobCount);
  shareWork(shared, at, microkernels, thread);
}`;

/** Threads that share the outputs of one product, on a shared memory; the calling thread is one of them. */
export class ThreadPool {
  private readonly shared = new Int32Array(new SharedArrayBuffer(4 * Object.keys(SHARED).length));
  private readonly ternaryMatMuls: Array<Microkernel | undefined>;
  private readonly workers: Thread[] = [];
  /** Whether a product failed. Then the calling thread computes alone. */
  private isBroken = false;
  private readonly timeoutMs = TIMEOUT_MS;

  constructor(
    private readonly microkernels: Microkernels,
    readonly threads: number,
  ) {
    this.ternaryMatMuls = WASM_ENGINE_NAMES.map((engine) =>
      microkernels.supports(engine) ? microkernels.ternaryMatMul(engine) : undefined,
    );
    for (let thread = 1; thread < threads; thread++) this.start(thread);
  }

  private start(thread: number): void {
    const modules = WASM_ENGINE_NAMES.map((engine) => {
      const { module, ternaryMatMul } = WASM_ENGINES[engine];
      return { module: compiledModule(module, true), name: ternaryMatMul };
    });
    const { Worker } = nodeWorkerThreads()!;
    const { shared, microkernels } = this;
    const workerData = { memory: microkernels.memory, modules, shared, at: SHARED, thread };
    // One that cannot start, or may not (Node's permissions), takes no chunks: the others compute them.
    // Without arguments and NODE_OPTIONS it loads no program of the user, which might start threads in turn.
    try {
      const worker = new Worker(WORKER, { eval: true, workerData, execArgv: [], env: {} });
      worker.on('error', () => {});
      worker.unref();
      this.workers.push(worker);
    } catch {
      return;
    }
  }

  /**
   * Computes a product of `units` outputs in a workspace: the address of room for its arguments and, for each
   * thread, `scratchBytes`.
   * @throws if a thread died inside a chunk of it; the products after it run on one thread.
   */
  matMul(
    engine: WasmEngineName,
    args: MatMulArgs,
    units: number,
    workspace: number,
    scratchBytes: number,
  ): void {
    if (this.isBroken) return this.microkernels.matMul(engine, args, units, workspace);
    writeMatMulArgs(this.microkernels.views, workspace, args);
    this.announce(engine, units, workspace, scratchBytes);
    try {
      shareWork(this.shared, SHARED, this.ternaryMatMuls, 0);
      this.waitForAll();
    } catch (error) {
      this.giveUp();
      throw error;
    }
  }

  /** Tells all threads of a job. */
  private announce(
    engine: WasmEngineName,
    units: number,
    workspace: number,
    scratchBytes: number,
  ): void {
    const { shared } = this;
    const unitsPerChunk =
      Math.ceil(units / (this.threads * CHUNKS_PER_THREAD) / TILE_UNITS) * TILE_UNITS;
    const chunks = Math.ceil(units / unitsPerChunk);
    shared[SHARED.microkernel] = WASM_ENGINE_NAMES.indexOf(engine);
    shared[SHARED.args] = workspace;
    shared[SHARED.units] = units;
    shared[SHARED.unitsPerChunk] = unitsPerChunk;
    shared[SHARED.scratch] = workspace + MAT_MUL_ARGS_BYTES;
    shared[SHARED.scratchBytes] = scratchBytes;
    Atomics.store(shared, SHARED.pending, chunks);
    Atomics.store(shared, SHARED.unclaimed, chunks);
    Atomics.add(shared, SHARED.jobCount, 1);
    Atomics.notify(shared, SHARED.jobCount);
  }

  /** What threads may still do would meet the memory of later products. */
  private giveUp(): void {
    this.isBroken = true;
    for (const worker of this.workers) void worker.terminate();
  }

  private waitForAll(): void {
    const { shared } = this;
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(shared, SHARED.pending) === 0) return;
    }
    for (let left; (left = Atomics.load(shared, SHARED.pending)) > 0;) {
      if (Atomics.wait(shared, SHARED.pending, left, this.timeoutMs) !== 'timed-out') continue;
      throw new Error(
        `TernaryMatMul: a thread did not finish within ${this.timeoutMs / 1000} s. Later products run on ` +
          'one thread; set the flag BITCORE_THREADS to 1 to have all of them do so.',
      );
    }
  }
}
