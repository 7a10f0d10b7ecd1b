import type { Worker } from 'node:worker_threads';
import { nodeBuiltin } from '../../node_builtin';
import { freeAddresses } from '../free_addresses';
import type { Thread, ThreadSystem } from './thread_system';

/** Measured on Node 20, 22 and 24: 0.6 to 0.9 GB for each thread. */
const ADDRESSES_OF_A_THREAD = 2 ** 30;

/** The threads of Node; undefined where they cannot be had or waited for, as in windows of Electron with Node. */
export function nodeThreads(): ThreadSystem | undefined {
  return canSleep() && workerThreads() != null ? NODE_THREADS : undefined;
}

const NODE_THREADS: ThreadSystem = {
  processors() {
    const os = nodeBuiltin<{ availableParallelism(): number }>('node:os');
    return os?.availableParallelism() ?? 1;
  },
  // V8 ends the process if it finds no addresses for a new one, so that there must be enough for all, and as many
  // as one takes for the rest of the program.
  threadsThatFit(wanted) {
    const fitting = Math.floor(freeAddresses() / ADDRESSES_OF_A_THREAD) - 1;
    return Math.max(0, Math.min(wanted, fitting));
  },
  // One is up after some 50 ms; a machine may be busy.
  startMs: 2000,
  start: startThread,
  waitWhile(numbers, index, value, milliseconds) {
    Atomics.wait(numbers, index, value, milliseconds);
    return Atomics.load(numbers, index) !== value;
  },
};

function startThread(program: string, data: object, onEnd: () => void): Thread {
  const { Worker } = workerThreads()!;
  const source = `${program}; run(process.getBuiltinModule('node:worker_threads').workerData);`;
  // Without arguments and NODE_OPTIONS it loads no program of the user, which might start threads in turn.
  const worker = new Worker(source, { eval: true, workerData: data, execArgv: [], env: {} });
  worker.on('error', () => {});
  worker.on('exit', onEnd);
  worker.unref();
  return {
    async end() {
      await worker.terminate();
    },
  };
}

function workerThreads(): { readonly Worker: typeof Worker } | undefined {
  return nodeBuiltin('node:worker_threads');
}

/** Whether this thread may sleep: in browsers, and in windows of Electron, the main one may not. */
function canSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}
