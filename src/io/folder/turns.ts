import fs, { realpath } from 'node:fs/promises';
import os from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { labelOf } from './files';
import { Locks, type Lock } from './lock';

/** The last of the calls that wait or run in this process, by path. */
const last = new Map<string, Promise<unknown>>();

/** Runs after all earlier calls for the same path in this process have ended. */
export async function inTurn<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  const real = await realPath(resolve(path));
  const earlier = last.get(real)?.catch(() => undefined);
  const call = (async () => {
    await earlier;
    return action();
  })();
  last.set(real, call);
  try {
    return await call;
  } finally {
    if (last.get(real) === call) last.delete(real);
  }
}

/** Follows links, also in a path whose end does not exist yet. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path === dirname(path) ? path : join(await realPath(dirname(path)), basename(path));
  }
}

const locks = new Locks({ fs, os });
const POLL_MS = 15;
const LONGEST_WAIT_MS = 60_000;

/**
 * Runs while no other process does so with the lock of this name in the folder.
 * @throws if another process has not ended for a minute.
 */
export async function withLock(
  folder: string,
  name: string,
  action: () => Promise<void>,
): Promise<void> {
  const lock = await waitForLock(folder, name);
  try {
    await action();
  } finally {
    await lock.release();
  }
}

async function waitForLock(folder: string, name: string): Promise<Lock> {
  const end = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    const lock = await locks.take(folder, name);
    if (lock != null) return lock;
    if (performance.now() > end) {
      const seconds = LONGEST_WAIT_MS / 1000;
      throw new Error(
        `${labelOf(folder)}: another process has been saving to it for ${seconds} s, as ${join(folder, name)} ` +
          'says. If that process (its host and pid are in the file) has ended, remove the file and save again.',
      );
    }
    await setTimeout(POLL_MS);
  }
}
