import { hasEnded, ownIdentity, type NodeModules, type ProcessIdentity } from './process_identity';
import { unfinishedName } from './unfinished';

/*
 * A lock is a file that names the process that holds it, under an id that no other lock ever has. It can only
 * be made where no file of its name is. One rule keeps two processes from holding a lock at the same time:
 *
 *     Only two may remove the lock with the id X: its holder, and the holder of the lock "LOCK-X",
 *     the claim on X, which it may once the holder of X has ended.
 *
 * Who has the claim on X reads the lock again. If its id is still X, nobody else may remove it now, so what is
 * removed is X. If not, X has gone before, and nothing is removed. A claim is a lock like any other: if its
 * holder has ended, there is a claim on the claim.
 */

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Holder extends ProcessIdentity {
  readonly id: string;
}

export interface Lock {
  readonly id: string;
  /** @throws if the file cannot be removed. This process can then take the lock again all the same. */
  release(): Promise<void>;
}

/** The ids of the locks that this process has given back, where removing the file may have failed. */
const givenBack = new Set<string>();

/** How the names of all claims on a lock of this name begin, and of all claims on them. */
function claimStart(lock: string): string {
  return `${lock.replace(/\.(lock|claim-[0-9a-f-]+)$/, '')}.claim-`;
}

/** A claim on a lock that is gone guards nothing: who holds the lock may remove all claims on such locks. */
export function isClaim(name: string, lock: string): boolean {
  const start = claimStart(lock);
  return name.startsWith(start) && ID.test(name.slice(start.length));
}

/** Takes locks, with the modules of Node that it is given. */
export class Locks {
  constructor(private readonly node: NodeModules) {}

  /** @returns undefined if another holds the lock, or may hold it. */
  async take(folder: string, name: string): Promise<Lock | undefined> {
    const holder = await this.holderOf(folder, name);
    if (holder === 'unknown') return undefined;
    if (holder != null && !(await this.removeIfEnded(folder, name, holder))) return undefined;
    return this.makeLock(folder, name);
  }

  /** @returns whether the lock with the id of `holder` is gone. */
  private async removeIfEnded(folder: string, name: string, holder: Holder): Promise<boolean> {
    if (!givenBack.has(holder.id) && !(await hasEnded(this.node, holder))) return false;
    const claim = await this.take(folder, claimStart(name) + holder.id);
    if (claim == null) return false;
    try {
      const present = await this.holderOf(folder, name);
      const isSame = present !== 'unknown' && present?.id === holder.id;
      if (isSame) await this.node.fs.rm(pathOf(folder, name), { force: true });
    } finally {
      await claim.release();
    }
    return true;
  }

  /** The file appears with its content: a process that is killed here leaves no lock without a holder. */
  private async makeLock(folder: string, name: string): Promise<Lock | undefined> {
    const { fs } = this.node;
    const id = crypto.randomUUID();
    const [file, unfinished] = [pathOf(folder, name), pathOf(folder, unfinishedName(name))];
    await fs.writeFile(
      unfinished,
      JSON.stringify({ id, ...(await ownIdentity(this.node)) } satisfies Holder),
    );
    try {
      await this.linkOrCopy(unfinished, file);
    } catch (error) {
      // EEXIST: another was faster. ENOENT: the holder has removed the unfinished file of the others.
      if (['EEXIST', 'ENOENT'].includes(codeOf(error))) return undefined;
      throw error;
    } finally {
      // The lock may be taken: an error here must not hide that. What stays, the next save removes.
      await fs.rm(unfinished, { force: true }).catch(() => undefined);
    }
    return {
      id,
      async release() {
        givenBack.add(id);
        await fs.rm(file, { force: true });
        givenBack.delete(id);
      },
    };
  }

  /** Some file systems (exFAT, say) have no links. A process that is killed while it copies blocks others there. */
  private async linkOrCopy(from: string, to: string): Promise<void> {
    const { fs } = this.node;
    try {
      await fs.link(from, to);
    } catch (error) {
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error;
      await fs.copyFile(from, to, fs.constants.COPYFILE_EXCL);
    }
  }

  private async holderOf(folder: string, name: string): Promise<Holder | 'unknown' | undefined> {
    try {
      const holder = JSON.parse(
        await this.node.fs.readFile(pathOf(folder, name), 'utf8'),
      ) as Partial<Holder> | null;
      return ID.test(holder?.id ?? '') ? (holder as Holder) : 'unknown';
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      if (error instanceof SyntaxError) return 'unknown';
      throw error;
    }
  }
}

/** Systems whose paths have other separators take this one too. */
function pathOf(folder: string, name: string): string {
  return `${folder}/${name}`;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
