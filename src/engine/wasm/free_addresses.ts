import { nodeBuiltin } from '../node_builtin';

/**
 * Bytes of addresses that this process may still reserve; Infinity where the system sets no limit (`ulimit -v`), or
 * does not tell: only Linux does.
 */
export function freeAddresses(): number {
  const limit = /^Max address space +(\d+)/m.exec(systemFile('limits'))?.[1];
  const used = /^VmSize:\s+(\d+) kB/m.exec(systemFile('status'))?.[1];
  if (limit == null || used == null) return Infinity;
  return Math.max(0, Number(limit) - 1024 * Number(used));
}

/** Empty on other systems, and where files may not be read. */
function systemFile(name: string): string {
  try {
    const fs = nodeBuiltin<typeof import('node:fs')>('node:fs');
    return fs?.readFileSync(`/proc/self/${name}`, 'utf8') ?? '';
  } catch {
    return '';
  }
}
