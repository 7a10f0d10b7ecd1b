import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition is true, a while at most. */
export async function until(
  condition: () => Promise<boolean>,
  failure: () => string,
): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(failure());
    await sleep(50);
  }
}
