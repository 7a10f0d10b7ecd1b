import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Rounds, of 20 ms at least: finalizers run when the system finds the time. */
const MOST_ROUNDS = 300;

/** Collects garbage until the condition, which its finalizers may bring about, is true, or often enough. */
export async function collected(condition: () => boolean): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS && !condition(); round++) {
    // What a WeakRef has shown, in the condition, say, lives until the end of its task.
    await sleep(10);
    collectGarbage();
    await sleep(10);
  }
}
