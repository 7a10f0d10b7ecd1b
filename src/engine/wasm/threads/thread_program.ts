import { shareWork } from './share_work';

/**
 * Looks for something to do, or to be done, before it sleeps or looks at the clock: a chunk takes microseconds, and so
 * does waking up.
 */
export const SPINS = 20000;

/** What a thread runs, as text: between jobs it sleeps, until the pool is over. */
export const THREAD_PROGRAM = `
const shareWork = ${shareWork.toString()};
const run = ({ memory, modules, shared, at, thread }) => {
  const microkernels = modules.map(({ module, name }) =>
    module && new WebAssembly.Instance(module, { env: { memory } }).exports[name]);
  Atomics.store(shared, at.up + thread, 1);
  Atomics.notify(shared, at.up + thread);
  for (let seen = 0; Atomics.load(shared, at.isOver) === 0; ) {
    for (let spin = 0; spin < ${SPINS} && Atomics.load(shared, at.jobCount) === seen; spin++);
    Atomics.wait(shared, at.jobCount, seen);
    seen = Atomics.load(shared, at.jobCount);
    shareWork(shared, at, microkernels, thread);
  }
};`;
