import type { HeldLock } from './held_lock';

/** A lock of the browser, which ends with the page that holds it. */
export async function takeWebLock(name: string): Promise<HeldLock | undefined> {
  let giveBack: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (giveBack = resolve));
  let ended: Promise<unknown> | undefined;
  const isTaken = await new Promise<boolean>((resolve, reject) => {
    ended = navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock != null);
        return lock == null ? undefined : held;
      })
      .catch(reject);
  });
  if (!isTaken) return undefined;
  return {
    async release() {
      giveBack();
      await ended;
    },
  };
}
