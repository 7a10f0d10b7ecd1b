import type { Worker } from 'node:worker_threads';
import { MatMulArg } from '../../kernels/mat_mul_args';

interface WorkerThreads {
  Worker: typeof Worker;
}

export interface Prepared {
  /** A number for each worker's code to change: `shown`, an Int32Array. */
  readonly shown: Int32Array;
  restore(): void;
}

/**
 * Workers started until `restore` run `code` before their own; it sees `workerData.shown`.
 * @param delayOfEnd milliseconds until `terminate` of them begins to end them.
 */
export function firstInThreads(code: string, delayOfEnd = 0): Prepared {
  const threads = process.getBuiltinModule('node:worker_threads') as WorkerThreads;
  const { Worker } = threads;
  const shown = new Int32Array(new SharedArrayBuffer(4));
  threads.Worker = class extends Worker {
    constructor(own: string, options: { workerData: object }) {
      super(`{ ${code} }\n${own}`, { ...options, workerData: { ...options.workerData, shown } });
    }
    override async terminate(): Promise<number> {
      if (delayOfEnd > 0) await new Promise((resolve) => setTimeout(resolve, delayOfEnd));
      return super.terminate();
    }
  };
  return { shown, restore: () => (threads.Worker = Worker) };
}

/** Code for `firstInThreads`: microkernels run `body` instead; `real` is what they would run. */
export function insteadOfMicrokernels(body: string): string {
  return `
    const { workerData } = process.getBuiltinModule('node:worker_threads');
    const { shown, memory } = workerData;
    ${replacingMicrokernels(body)}`;
}

/** The same where `shown` and `memory` are known. */
export function replacingMicrokernels(body: string): string {
  return `
    const { Instance } = WebAssembly;
    const replace = ([name, real]) => [name, (args, first, count, scratch) => { ${body} }];
    WebAssembly.Instance = class {
      constructor(module, imports) {
        const { exports } = new Instance(module, imports);
        this.exports = Object.fromEntries(Object.entries(exports).map(replace));
      }
    };`;
}

/** Code for `firstInThreads`: half of a chunk is computed, then the thread ends by the statement `end`. */
export function dying(end: string): string {
  return insteadOfMicrokernels(dyingMicrokernel(end));
}

export function dyingMicrokernel(end: string): string {
  return `
    real(args, first, count >> 1, scratch);
    Atomics.add(shown, 0, 1);
    ${end};`;
}

/** For 0.3 seconds, 0.4 after it was called, a microkernel writes to the outputs that it should compute. */
export const LATE_MICROKERNEL = `
  const words = new Int32Array(memory.buffer);
  const y = words[args / 4 + ${MatMulArg.y}];
  Atomics.add(shown, 0, 1);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  const end = Date.now() + 300;
  while (Date.now() < end) words.fill(-1, y / 4 + first, y / 4 + first + count);
  Atomics.add(shown, 0, 100);`;
