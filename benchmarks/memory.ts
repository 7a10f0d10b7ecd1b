import { compile, nextMessage, startProcess } from './support/processes';
import type { MemoryReply, MemoryRequest } from './memory_worker';

/** Memory of deployed kernels, each copy counted. */
export interface MemoryRow {
  readonly subject: 'memory';
  readonly backend: string;
  readonly engine: string;
  readonly k: number;
  readonly n: number;
  /** Growth of the process's resident memory, whoever holds it. */
  readonly bitsPerWeight: number;
  /** Tensors, as tfjs counts them: without this package's own copies. */
  readonly countedBitsPerWeight: number;
}

const CASES: ReadonlyArray<Pick<MemoryRequest, 'backend' | 'portable'>> = [
  { backend: 'cpu', portable: false },
  { backend: 'cpu', portable: true },
  { backend: 'wasm', portable: false },
  { backend: 'wasm', portable: true },
  { backend: 'tensorflow', portable: false },
];

/** A fresh process for each, one at a time. */
export async function measureMemory(sizes: readonly number[]): Promise<MemoryRow[]> {
  const file = compile('memory_worker');
  const rows: MemoryRow[] = [];
  for (const size of sizes) {
    for (const { backend, portable } of CASES) {
      rows.push(await measureCase(file, { backend, portable, k: size, n: size }));
    }
  }
  return rows;
}

async function measureCase(file: string, request: MemoryRequest): Promise<MemoryRow> {
  const child = startProcess(process.execPath, file, [JSON.stringify(request)], {
    // Otherwise glibc keeps large blocks that were freed.
    MALLOC_MMAP_THRESHOLD_: '65536',
  });
  const reply = await nextMessage<MemoryReply>(child, `memory on ${request.backend}`);
  if ('error' in reply) throw new Error(`memory on ${request.backend}: ${reply.error}`);
  const { backend, k, n } = request;
  return { subject: 'memory', backend, k, n, ...reply };
}
