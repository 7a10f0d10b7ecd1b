import { SPINS } from './thread_program';
import type { Thread, ThreadSystem } from './thread_system';

/**
 * The threads of a browser; undefined on pages, and in workers, that may not share memory with others ("cross-origin
 * isolated" pages may), or have no workers.
 */
export function webThreads(): ThreadSystem | undefined {
  const scope: Partial<typeof globalThis> = globalThis;
  const mayShare = scope.crossOriginIsolated === true && scope.SharedArrayBuffer != null;
  const hasWorkers = scope.Worker != null && scope.Blob != null && scope.URL?.createObjectURL;
  const navigator: Partial<Navigator> | undefined = scope.navigator;
  return mayShare && hasWorkers && navigator?.locks ? WEB_THREADS : undefined;
}

const WEB_THREADS: ThreadSystem = {
  processors: () => navigator.hardwareConcurrency,
  threadsThatFit: (wanted) => wanted,
  // A worker starts only after the calling thread has returned to its event loop.
  startMs: 0,
  start: startWorker,
  // The main thread of a page may not sleep. Where it may, in a worker, this is right as well.
  waitWhile(numbers, index, value, milliseconds) {
    const end = performance.now() + milliseconds;
    do {
      for (let spin = 0; spin < SPINS; spin++) {
        if (Atomics.load(numbers, index) !== value) return true;
      }
    } while (performance.now() < end);
    return false;
  },
};

/**
 * What a worker does with the message that it gets. The browser takes the lock from it when it has ended, and tells
 * nothing else of that: a worker that is terminated may go on for seconds.
 */
const RUN = `
onmessage = ({ data: { lock, data } }) => {
  navigator.locks.request(lock, () => { postMessage('up'); run(data); }).catch(reportError);
};`;

/** A policy of the page may refuse the worker: by an exception, or later by an event `error`. */
function startWorker(program: string, data: object, onEnd: () => void): Thread {
  const url = URL.createObjectURL(new Blob([program, RUN], { type: 'text/javascript' }));
  const worker = workerOf(url);
  const { ended, watch } = endOf(worker, url);
  void ended.then(() => {
    URL.revokeObjectURL(url);
    worker.terminate();
    onEnd();
  });
  // No other has the same name: the URL holds a random number.
  worker.postMessage({ lock: url, data });
  return {
    end() {
      worker.terminate();
      watch();
      return ended;
    },
  };
}

function workerOf(url: string): Worker {
  try {
    return new Worker(url);
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

/** `ended` resolves when a worker has ended; `watch` must be called for one that may not have started yet. */
function endOf(worker: Worker, lock: string) {
  let watch!: () => void;
  const ended = new Promise<void>((resolve) => {
    watch = () => void navigator.locks.request(lock, () => resolve()).catch(() => resolve());
    worker.onmessage = watch;
    worker.onerror = (event) => {
      // Nobody needs to hear of it: the other threads do the work.
      event.preventDefault();
      resolve();
    };
  });
  return { ended, watch };
}
