import { FORM_NAMES, FORMS, kernelArguments, type Form, type ProductPointers } from '../forms';
import { compiledModule, instantiate, type KernelFunction } from '../module';
import { nodeWorkerThreads } from './node_threads';
import { CONTROL_WORDS, JOB_COUNT, JOB_NUMBERS, PENDING, shareWork, UNCLAIMED } from './share_work';

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
    } catch {
      return;
    }
  }

  /** Runs a product whose scratch memory holds `scratchBytes` for each thread. */
  run(form: Form, product: ProductPointers, scratchBytes: number): void {
    const { control, job, kernels } = this;
    const outputs = outputsPerChunk(product.outFeatures, this.threads);
    const chunks = Math.ceil(product.outFeatures / outputs);
    job.set([FORM_NAMES.indexOf(form), outputs, scratchBytes]);
    job.set(kernelArguments(product), 3);
    job.set(growthPerOutput(product), 16);
    Atomics.store(control, PENDING, chunks);
    Atomics.store(control, UNCLAIMED, chunks);
    Atomics.add(control, JOB_COUNT, 1);
    Atomics.notify(control, JOB_COUNT);
    shareWork(control, job, kernels as KernelFunction[], 0);
    this.waitForAll();
  }

  private waitForAll(): void {
    const { control } = this;
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(control, PENDING) === 0) return;
    }
    for (let left; (left = Atomics.load(control, PENDING)) > 0;) {
      if (Atomics.wait(control, PENDING, left, TIMEOUT_MS) !== 'timed-out') continue;
      throw new Error(`TernaryMatMul: a thread did not finish within ${TIMEOUT_MS / 1000} s.`);
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
