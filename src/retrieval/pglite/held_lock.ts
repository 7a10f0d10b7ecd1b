import type { Connection } from '../sql/connection';

/** PGlite lets two programs open one database, which destroys it: who has this lock may open it. */
export interface HeldLock {
  release(): Promise<void>;
}

/** A connection that gives the lock back when it is closed, or at once if it cannot be opened. */
export async function closingAfter(
  lock: HeldLock,
  open: () => Promise<Connection>,
): Promise<Connection> {
  try {
    const connection = await open();
    return {
      ...connection,
      async close() {
        try {
          await connection.close();
        } finally {
          await lock.release();
        }
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
