import type { Worker as Thread } from 'node:worker_threads';
import { FORM_NAMES, FORMS, kernelArguments, type Form, type ProductPointers } from '../forms';
import { compiledModule, instantiate, type KernelFunction } from '../module';
import { nodeWorkerThreads } from './node_threads';
import {
  CONTROL_WORDS,
  JOB_ARGUMENTS,
  JOB_COUNT,
  JOB_GROWTH,
  JOB_NUMBERS,
  PENDING,
  shareWork,
  UNCLAIMED,
} from './share_work';

/** Looks for unfinished chunks before it sleeps: a chunk takes microseconds, and so does waking up. */
const SPINS = 20000;
/** A chunk takes milliseconds at most; a thread that needs longer is gone. */
const TIMEOUT_MS = 60_000;

/** Chunks for each thread, so that one that starts late or runs slowly takes fewer. */
const CHUNKS_PER_THREAD = 4;

/** What a thread runs: it sleeps between jobs. */
const WORKER = `
const { workerData } = process.getBuiltinModule('node:worker_threads');
const { memory, modules, control, job, thread } = workerData;
const kernels = modules.map(({ module, name }) =>
  module && new WebAssembly.Instance(module, { env: { memory } }).exports[name]);
const shareWork = ${shareWork.toString()};
for (let seen = 0; ; ) {
  for (let spin = 0; spin < ${SPINS} && Atomics.load(control, ${JOB_COUNT}) === seen; spin++);
  Atomics.wait(control, ${JOB_COUNT}, seen);
  seen = Atomics.load(control, ${JOB_COUNT});
  shareWork(control, job, kernels, thread);
}`;

/** Threads that share the outputs of one product, on a shared memory; the calling thread is one of them. */
export class ThreadPool {
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS));
  private readonly job = new Float64Array(new SharedArrayBuffer(8 * JOB_NUMBERS));
  private readonly kernels: Array<KernelFunction | undefined>;
  private readonly workers: Thread[] = [];
  /** Whether a product failed. Then the calling thread computes alone. */
  private isBroken = false;
  private readonly timeoutMs = TIMEOUT_MS;

  constructor(
    memory: WebAssembly.Memory,
    readonly threads: number,
  ) {
    this.kernels = FORM_NAMES.map((form) => {
      const { binary, function: name } = FORMS[form];
      return instantiate(binary, memory)?.[name];
    });
    for (let thread = 1; thread < threads; thread++) this.start(memory, thread);
  }

  private start(memory: WebAssembly.Memory, thread: number): void {
    const modules = FORM_NAMES.map((form) => {
      const { binary, function: name } = FORMS[form];
      return { module: compiledModule(binary, true), name };
    });
    const { control, job } = this;
    const { Worker } = nodeWorkerThreads()!;
    const workerData = { memory, modules, control, job, thread };
    // One that cannot start, or may not (Node's permissions), takes no chunks: the others compute them.
    try {
      const worker = new Worker(WORKER, { eval: true, workerData, execArgv: [] });
      worker.on('error', () => {});
      worker.unref();
      this.workers.push(worker);
    } catch {
      return;
    }
  }

  /**
   * Runs a product whose scratch memory holds `scratchBytes` for each thread.
   * @throws if a thread died inside a chunk of it; the products after it run on one thread.
   */
  run(form: Form, product: ProductPointers, scratchBytes: number): void {
    const { control, job, kernels } = this;
    const index = FORM_NAMES.indexOf(form);
    if (this.isBroken) {
      kernels[index]!(...kernelArguments(product));
      return;
    }
    const outputs = outputsPerChunk(product.outFeatures, this.threads);
    const chunks = Math.ceil(product.outFeatures / outputs);
    job.set([index, outputs, scratchBytes]);
    job.set(kernelArguments(product), JOB_ARGUMENTS);
    job.set(growthPerOutput(product), JOB_GROWTH);
    Atomics.store(control, PENDING, chunks);
    Atomics.store(control, UNCLAIMED, chunks);
    Atomics.add(control, JOB_COUNT, 1);
    Atomics.notify(control, JOB_COUNT);
    try {
      shareWork(control, job, kernels as KernelFunction[], 0);
      this.waitForAll();
    } catch (error) {
      this.giveUp();
      throw error;
    }
  }

  /** What threads may still do would meet the memory of later products. */
  private giveUp(): void {
    this.isBroken = true;
    for (const worker of this.workers) void worker.terminate();
  }

  private waitForAll(): void {
    const { control } = this;
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(control, PENDING) === 0) return;
    }
    for (let left; (left = Atomics.load(control, PENDING)) > 0;) {
      if (Atomics.wait(control, PENDING, left, this.timeoutMs) !== 'timed-out') continue;
      throw new Error(
        `TernaryMatMul: a thread did not finish within ${this.timeoutMs / 1000} s. Later products run on ` +
          'one thread; set the flag BITCORE_THREADS to 1 to have all of them do so.',
      );
    }
  }
}

/** A multiple of the outputs that the kernels compute at a time. */
function outputsPerChunk(outFeatures: number, threads: number): number {
  return Math.ceil(outFeatures / (threads * CHUNKS_PER_THREAD) / 8) * 8;
}

/** By how much each of a kernel's arguments grows from one output to the next. */
function growthPerOutput({ inFeatures, scaleCount, bias }: ProductPointers): number[] {
  const packed = 16 * Math.ceil(inFeatures / 64);
  const [scale, y, outFeatures] = [scaleCount > 1 ? 4 : 0, 4, -1];
  return [0, packed, scale, 0, bias === 0 ? 0 : 4, y, 0, 0, 0, outFeatures, 0, 0, 0];
}
