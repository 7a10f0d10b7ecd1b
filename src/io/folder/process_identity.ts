/**
 * The modules of Node that locks use. Who locks gives them: an entry for browsers may import none, and finds them as it
 * runs.
 */
export interface NodeModules {
  readonly fs: Pick<
    typeof import('node:fs/promises'),
    'constants' | 'copyFile' | 'link' | 'readFile' | 'rm' | 'writeFile'
  >;
  readonly os: Pick<typeof import('node:os'), 'hostname'>;
}

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

export async function ownIdentity({ fs, os }: NodeModules): Promise<ProcessIdentity> {
  const { pid } = process;
  const started = (await startOf(fs, pid)) ?? '';
  return { host: os.hostname(), boot: await bootId(fs), pid, started };
}

/** Whether a process has ended for certain: one on another machine cannot be seen. */
export async function hasEnded(
  { fs, os }: NodeModules,
  { host, boot, pid, started }: ProcessIdentity,
): Promise<boolean> {
  if (host !== os.hostname()) return false;
  if (boot !== (await bootId(fs))) return true;
  const startOfPid = await startOf(fs, pid);
  if (startOfPid === undefined) return true;
  return startOfPid !== '' && started !== '' && startOfPid !== started;
}

type Files = NodeModules['fs'];

async function bootId(fs: Files): Promise<string> {
  try {
    return (await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return '';
  }
}

/** Undefined if no process has this number; empty if one has it, and its start is not told. */
async function startOf(fs: Files, pid: number): Promise<string | undefined> {
  try {
    const text = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
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
