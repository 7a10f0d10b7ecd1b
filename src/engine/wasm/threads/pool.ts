import { WASM_ENGINE_NAMES, WASM_ENGINES } from '../engines';
import { compiledModule, type Microkernel, type ModuleName } from '../modules';
import { SHARED, shareWork } from './share_work';
import { SPINS, THREAD_PROGRAM } from './thread_program';
import type { Thread, ThreadSystem } from './thread_system';

/** Every microkernel that threads can share: the name of its module, and its own there. */
const SHAREABLE: ReadonlyArray<{ readonly module: ModuleName; readonly name: string }> = [
  ...WASM_ENGINE_NAMES.map((engine) => {
    const { module, ternaryMatMul } = WASM_ENGINES[engine];
    return { module, name: ternaryMatMul };
  }),
  { module: 'attention', name: 'attend' },
];

/** What threads compute together: outputs, or heads, which are the units of the work. */
export interface SharedWork {
  readonly module: ModuleName;
  /** The name of the microkernel in that module. */
  readonly name: string;
  /** The microkernel, for the calling thread. */
  readonly microkernel: Microkernel;
  /** Its chunks: ranges of units, or, if each has arguments of its own, all units by these. */
  readonly chunks: number;
  /** The address of the arguments, of the first chunk. */
  readonly args: number;
  /** Bytes from a chunk's arguments to those of the next; 0 if all have the same. */
  readonly argsStep: number;
  readonly units: number;
  readonly unitsPerChunk: number;
  /** The address of scratch memory, and the bytes of each thread's part. */
  readonly scratch: number;
  readonly scratchBytes: number;
  /** How many there are in all; so long a chunk may take. */
  readonly multiplications: number;
}

/**
 * If no chunk is finished for so long, and for the time that a chunk takes, a thread is taken for dead. A container that
 * has used up its share of the processors waits for 100 ms at most. A thread that lives and is slower still costs time,
 * and no right result: the memory of its work is not used again before the thread has ended.
 */
const PATIENCE_MS = 200;

/** Much slower than a thread is. */
const MULTIPLICATIONS_PER_MS = 1e6;

/** Chunks for each thread, so that one that starts late or runs slowly takes fewer. */
export const CHUNKS_PER_THREAD = 4;

/** Threads that share work, on a shared memory; the calling thread is one of them. */
export class ThreadPool {
  private readonly shared: Int32Array;
  /** Those that the calling thread has been given. */
  private readonly microkernels: Array<Microkernel | undefined> = SHAREABLE.map(() => undefined);
  /** The others that have not ended, by their numbers, from 1. */
  private readonly workers = new Map<number, Thread>();
  private readonly startedAt = performance.now();

  /** @param threads the calling one included. Those that may not be started, or find no room, are left out. */
  constructor(
    private readonly memory: WebAssembly.Memory,
    threads: number,
    private readonly system: ThreadSystem,
  ) {
    this.shared = new Int32Array(new SharedArrayBuffer(4 * (SHARED.up + threads)));
    const others = system.threadsThatFit(threads - 1);
    for (let thread = 1; thread <= others; thread++) this.start(thread);
  }

  private start(thread: number): void {
    const modules = SHAREABLE.map(({ module, name }) => ({
      module: compiledModule(module, true),
      name,
    }));
    const { shared, memory } = this;
    const data = { memory, modules, shared, at: SHARED, thread };
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

  /** How many chunks work should have at most. */
  get mostChunks(): number {
    return this.threads === 1 ? 1 : this.threads * CHUNKS_PER_THREAD;
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
   * @returns whether the work is done. It is not if a thread has died, or is very slow: then the pool is of no more use,
   *   and that thread may still read and write what the arguments and the scratch memory name until the pool has ended.
   */
  run(work: SharedWork): boolean {
    const { module, name, microkernel } = work;
    const index = SHAREABLE.findIndex((each) => each.module === module && each.name === name);
    this.microkernels[index] = microkernel;
    this.announce(work, index);
    shareWork(this.shared, SHARED, this.microkernels, 0);
    const ofChunk = work.multiplications / work.chunks / MULTIPLICATIONS_PER_MS;
    return this.waitForAll(PATIENCE_MS + ofChunk);
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

  /** Tells all threads of it. */
  private announce(work: SharedWork, microkernel: number): void {
    const { shared } = this;
    shared[SHARED.microkernel] = microkernel;
    shared[SHARED.args] = work.args;
    shared[SHARED.argsStep] = work.argsStep;
    shared[SHARED.units] = work.units;
    shared[SHARED.unitsPerChunk] = work.unitsPerChunk;
    shared[SHARED.scratch] = work.scratch;
    shared[SHARED.scratchBytes] = work.scratchBytes;
    Atomics.store(shared, SHARED.pending, work.chunks);
    Atomics.store(shared, SHARED.unclaimed, work.chunks);
    this.wakeAll();
  }

  private wakeAll(): void {
    Atomics.add(this.shared, SHARED.jobCount, 1);
    Atomics.notify(this.shared, SHARED.jobCount);
  }

  /** False if a thread is taken for dead. */
  private waitForAll(patience: number): boolean {
    const { shared } = this;
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(shared, SHARED.pending) === 0) return true;
    }
    for (;;) {
      const left = Atomics.load(shared, SHARED.pending);
      if (left === 0) return true;
      if (!this.system.waitWhile(shared, SHARED.pending, left, patience)) return false;
    }
  }
}
