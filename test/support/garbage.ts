import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Collects garbage until the condition, which its finalizers may bring about, is true, or ten times. */
export async function collected(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 10 && !condition(); round++) {
    // What a WeakRef has shown, in the condition, say, lives until the end of its task.
    await sleep(10);
    collectGarbage();
    await sleep(10);
  }
}
