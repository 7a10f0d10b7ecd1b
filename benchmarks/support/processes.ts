import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(__dirname, '../..');

/** The program of a major version of Node: this one, or one that scripts/with_node.mjs provides. */
export function nodeProgram(major: number): string {
  if (major === Number(process.versions.node.split('.')[0])) return process.execPath;
  const args = ['scripts/with_node.mjs', String(major), '-p', 'process.execPath'];
  const output = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const lines = output.trim().split('\n');
  return lines[lines.length - 1];
}

type WorkerName =
  'worker' | 'memory_worker' | 'nets/worker' | 'pairs/worker' | 'convolutions/worker';

/** A TypeScript file of benchmarks/ as JavaScript: translating it anew in each process takes a second. */
export function compile(name: WorkerName): string {
  const outfile = join(root, '.cache/benchmarks', `${name}.cjs`);
  buildSync({
    entryPoints: [join(root, 'benchmarks', `${name}.ts`)],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
  });
  return outfile;
}

/**
 * Memory that is freed stays with the process. Else the C library gives outputs of megabytes back and takes new ones, and
 * the faults of their pages, which take longer than a product on virtual machines, are measured instead.
 */
const KEEPS_MEMORY = { MALLOC_MMAP_THRESHOLD_: '1000000000', MALLOC_TRIM_THRESHOLD_: '4000000000' };

/** Starts a compiled file as a process that answers messages. */
export function startProcess(
  program: string,
  file: string,
  args: string[],
  environment: NodeJS.ProcessEnv = {},
): ChildProcess {
  const restoreUtil = join(root, 'scripts/restore_node_util.cjs');
  return fork(file, args, {
    cwd: root,
    execPath: program,
    execArgv: ['--expose-gc', '--require', restoreUtil],
    // TensorFlow and tfjs greet on these; errors come as messages.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', ...KEEPS_MEMORY, ...environment },
  });
}

/** The next message of a process; rejects if it ends instead. */
export function nextMessage<T>(child: ChildProcess, name: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null, signal: string | null) =>
      reject(new Error(`${name} ended (${signal ?? code}) without an answer.\n${stderrOf(child)}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

function stderrOf(child: ChildProcess): string {
  return String(child.stderr?.read() ?? '').slice(-2000);
}
