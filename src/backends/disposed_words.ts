import type { DataId } from '@tensorflow/tfjs-core';
import { isHeld } from '../tfjs/held_data';

/** How to free what is held beside packed words, by a weak reference to their data. */
const releases = new Map<WeakRef<DataId>, (packed: DataId) => void>();
const noted = new WeakSet<DataId>();

/**
 * To be called before something is held beside packed words. The first call for each words frees what is
 * held beside words whose tensor was disposed since: finalizers do not run in a loop that only yields
 * to microtasks.
 */
export function releaseDisposed(packed: DataId, release: (packed: DataId) => void): void {
  if (noted.has(packed)) return;
  for (const [reference, releaseOld] of releases) {
    const old = reference.deref();
    if (old != null && isHeld(old)) continue;
    releases.delete(reference);
    if (old != null) releaseOld(old);
  }
  noted.add(packed);
  releases.set(new WeakRef(packed), release);
}
