import type { KernelFunction } from '../module';

/** Words of the control block that the threads share, an Int32Array. */
export const CONTROL_WORDS = 3;
/** Number of the latest job; sleeping threads wait for it to change. */
export const JOB_COUNT = 0;
/** Chunks that no thread has taken; below 0 once threads have asked in vain. */
export const UNCLAIMED = 1;
/** Chunks that are not finished; the thread that gave the job waits for 0. */
export const PENDING = 2;

/**
 * A job, as numbers: which kernel, outputs a chunk, bytes of scratch a thread; the kernel's 13 arguments for
 * the whole product; and by how much each of them grows with every output that a chunk begins later.
 */
export const JOB_ARGUMENTS = 3;
export const JOB_GROWTH = JOB_ARGUMENTS + 13;
export const JOB_NUMBERS = JOB_GROWTH + 13;

/**
 * Takes chunks of the current job, ranges of outputs, and computes them until none is left. Every thread runs
 * this; it reaches them as text, so it uses nothing but its arguments, not the constants above either, and
 * holds no function of its own, which bundlers may wrap in a helper.
 *
 * Chunks count down to 0, so a thread that comes late, from a job that has ended, takes either nothing or a
 * chunk of the job that is current by then. Hence `job` is read after the claim: it does not change before
 * all chunks that were taken are finished.
 *
 * @param thread this thread's number, from 0; it owns that part of the scratch memory.
 */
export function shareWork(
  control: Int32Array,
  job: Float64Array,
  kernels: readonly KernelFunction[],
  thread: number,
): void {
  for (;;) {
    const chunk = Atomics.sub(control, 1, 1) - 1;
    if (chunk < 0) return;
    const outputs = job[1]!;
    const args: number[] = [];
    for (let i = 3; i < 16; i++) args.push(job[i]! + chunk * outputs * job[i + 13]!);
    args[9] = Math.min(args[9]!, outputs);
    args[12]! += thread * job[2]!;
    kernels[job[0]!]!(...args);
    if (Atomics.sub(control, 2, 1) === 1) Atomics.notify(control, 2);
  }
}
