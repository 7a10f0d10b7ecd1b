import type { Microkernel } from '../modules';

/** Where the numbers lie that the threads share, in an Int32Array. */
export const SHARED = {
  /** Number of the latest job; sleeping threads wait for it to change. */
  jobCount: 0,
  /** Chunks that no thread has taken; below 0 once threads have asked in vain. */
  unclaimed: 1,
  /** Chunks that are not finished; the thread that gave the job waits for 0. */
  pending: 2,
  /** Which microkernel computes the job. */
  microkernel: 3,
  /** Address of its arguments, and the bytes from those of a chunk to those of the next, or 0. */
  args: 4,
  argsStep: 5,
  /** Units of the work, and of a chunk. */
  units: 6,
  unitsPerChunk: 7,
  /** Address of the threads' scratch memory, and the bytes of each thread's part. */
  scratch: 8,
  scratchBytes: 9,
  /** 1 when the threads are to end. */
  isOver: 10,
  /** The first of as many numbers as there are threads: 1 where that thread runs. */
  up: 11,
} as const;

/**
 * Takes chunks of the current job and computes them until none is left. Every thread runs
 * this; it reaches them as text, so it uses nothing but its arguments, not the constants above either, and
 * holds no function of its own, which bundlers may wrap in a helper.
 *
 * Chunks count down to 0, so a thread that comes late, from a job that has ended, takes either nothing or a
 * chunk of the job that is current by then. Hence the job is read after the claim: it does not change before
 * all chunks that were taken are finished.
 *
 * @param shared the numbers, each at its place in `at`.
 * @param at `SHARED`.
 * @param thread this thread's number, from 0; it owns that part of the scratch memory.
 */
/* istanbul ignore next: a thread has no counters. */
export function shareWork(
  shared: Int32Array,
  at: typeof SHARED,
  microkernels: ReadonlyArray<Microkernel | undefined>,
  thread: number,
): void {
  for (;;) {
    const chunk = Atomics.sub(shared, at.unclaimed, 1) - 1;
    if (chunk < 0) return;
    const step = shared[at.argsStep]!;
    const args = shared[at.args]! + chunk * step;
    const first = step === 0 ? chunk * shared[at.unitsPerChunk]! : 0;
    const count = Math.min(shared[at.unitsPerChunk]!, shared[at.units]! - first);
    const scratch = shared[at.scratch]! + thread * shared[at.scratchBytes]!;
    microkernels[shared[at.microkernel]!]!(args, first, count, scratch);
    if (Atomics.sub(shared, at.pending, 1) === 1) Atomics.notify(shared, at.pending);
  }
}
