import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Case } from './cases';
import { descriptorFile } from './descriptors';
import type { Found, Store } from './subject';

/** Debian's packages are those of its own Python, which need not be the first one on the path. */
const PYTHONS = ['python3', '/usr/bin/python3'];

interface Answer {
  readonly ms: number;
  readonly rows: number[][];
  readonly distances: number[][];
}

/** The Python that has FAISS, or undefined. */
export function pythonWithFaiss(): string | undefined {
  return PYTHONS.find((python) => spawnSync(python, ['-c', 'import faiss']).status === 0);
}

/** FAISS in a process of its own, which times itself. */
export async function faissStore(python: string, each: Case): Promise<Store> {
  const program = join(__dirname, 'binary_flat.py');
  const args = [program, descriptorFile(each), `${each.bits}`];
  const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done) throw new Error('FAISS ended without an answer.');
    return JSON.parse(line.value as string);
  };
  await nextLine();
  const search = async (queries: Uint8Array, k: number) => {
    const request = { queries: Buffer.from(queries).toString('base64'), k };
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = (await nextLine()) as Answer;
    return { ms: answer.ms, found: foundOf(answer) };
  };
  return {
    subjects: [{ name: 'FAISS IndexBinaryFlat', search }],
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

function foundOf({ rows, distances }: Answer): Found {
  return rows.map((ofQuery, i) => ofQuery.map((row, j) => ({ row, distance: distances[i][j] })));
}
