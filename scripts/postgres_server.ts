import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findPostgres, hasPgvector, postgresMissing } from './find_postgres.cjs';

/** A PostgreSQL server with pgvector, in a temporary folder of its own, reached through a socket in that folder. */
export class PostgresServer {
  private readonly pools: pg.Pool[] = [];

  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  /**
   * @param settings of the server, by their names; its defaults for all others.
   * @throws if there is none on this machine.
   */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const bin = findPostgres();
    if (bin == null || !hasPgvector(bin)) throw new Error(postgresMissing());
    const folder = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-postgres-'));
    const user = serverUser();
    if (user != null) chownSync(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    const initdb = ['-D', data, '-U', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '-N'];
    execFileSync(join(bin, 'initdb'), initdb, { ...user, cwd: folder, stdio: 'ignore' });
    const given = Object.entries({ listen_addresses: '', ...settings });
    const args = [
      '-D',
      data,
      '-k',
      folder,
      ...given.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
    const options = { ...user, cwd: folder, stdio: 'ignore' } as const;
    const server = new PostgresServer(folder, spawn(join(bin, 'postgres'), args, options));
    await server.answers();
    return server;
  }

  /** Closed by `stop`. */
  pool(options: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ host: this.folder, user: 'postgres', ...options });
    // A server that breaks an idle connection tells so.
    pool.on('error', () => undefined);
    this.pools.push(pool);
    return pool;
  }

  private async answers(): Promise<void> {
    const pool = this.pool({ max: 1 });
    for (let attempt = 0; ; attempt++) {
      try {
        await pool.query('select 1');
        return;
      } catch (error) {
        if (attempt === 300 || this.child.exitCode != null) throw error;
        await sleep(100);
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.end()));
    const exit = once(this.child, 'exit');
    // The signal of PostgreSQL's fast shutdown.
    this.child.kill('SIGINT');
    await exit;
    rmSync(this.folder, { recursive: true });
  }
}

/** PostgreSQL does not run as root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (which: string) =>
    Number(spawnSync('id', [which, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}
