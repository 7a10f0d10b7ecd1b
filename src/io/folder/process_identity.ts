import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/**
 * What tells a process from all others, also from a later one with the same number. Processes that have one
 * name of a machine are taken to see each other's numbers: containers have names of their own.
 */
export interface ProcessIdentity {
  readonly host: string;
  /** Another value after the machine was started anew; empty where the system tells none. */
  readonly boot: string;
  readonly pid: number;
  /** When the process started, in the system's own words; empty where the system tells none. */
  readonly started: string;
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  const { pid } = process;
  return { host: hostname(), boot: await bootId(), pid, started: (await startOf(pid)) ?? '' };
}

/** Whether a process has ended for certain: one on another machine cannot be seen. */
export async function hasEnded({ host, boot, pid, started }: ProcessIdentity): Promise<boolean> {
  if (host !== hostname()) return false;
  if (boot !== (await bootId())) return true;
  const startOfPid = await startOf(pid);
  if (startOfPid === undefined) return true;
  return startOfPid !== '' && started !== '' && startOfPid !== started;
}

async function bootId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return '';
  }
}

/** Undefined if no process has this number; empty if one has it, and its start is not told. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // "pid (name) state ...": the name may hold spaces and brackets. Field 22 is the start.
    const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended, and its parent has not asked for its exit status yet.
    return state === 'Z' || state === 'X' ? undefined : rest[18];
  } catch {
    return isRunning(pid) ? '' : undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, and belongs to another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
