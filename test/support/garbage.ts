import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Collects garbage until the finalizers it sets off have made the condition true, or ten times. */
export async function collected(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 10 && !condition(); round++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
