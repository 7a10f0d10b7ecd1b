import { ceilTo64 } from '../wasm/cache_lines';
import type { MemoryViews } from '../wasm/memory_views';
import type { WorkThreads } from '../wasm/threads/work_threads';
import { ATTENTION_ARGS_BYTES, writeAttentionArgs, type AttentionAddresses } from './args';
import type { AttentionSizes } from './attention';
import type { AttentionMicrokernels } from './microkernels';

/** How many multiplications attention takes that threads can share: none if there is one head. */
export function sharedMultiplications(sizes: AttentionSizes): number {
  return sizes.examples * sizes.heads > 1 ? multiplicationsOf(sizes) : 0;
}

/** How many multiplications attention takes. */
function multiplicationsOf(sizes: AttentionSizes): number {
  const { examples, heads, queries, keys, keyWidth, valueWidth } = sizes;
  return examples * heads * queries * keys * (keyWidth + valueWidth);
}

/** Bytes of the workspace of so many threads: the arguments and their scratch memory. */
export function workspaceBytes(
  microkernels: AttentionMicrokernels,
  sizes: AttentionSizes,
  threads: number,
): number {
  return ARGS_ROOM + threads * scratchBytes(microkernels, sizes);
}

/**
 * Computes all heads in a workspace, the address of that many bytes on a multiple of 16.
 * @param threads that share the work, if given.
 * @returns whether it is computed; see `WorkThreads.run`.
 */
export function attendInWorkspace(
  microkernels: AttentionMicrokernels,
  views: MemoryViews,
  addresses: AttentionAddresses,
  sizes: AttentionSizes,
  workspace: number,
  threads?: WorkThreads,
): boolean {
  const { attend } = microkernels;
  const units = sizes.examples * sizes.heads;
  const scratch = workspace + ARGS_ROOM;
  writeAttentionArgs(views, workspace, addresses, sizes);
  if (threads != null) {
    const work = {
      module: 'attention',
      name: 'attend',
      microkernel: attend,
      args: workspace,
      units,
      scratch,
      scratchBytes: scratchBytes(microkernels, sizes),
      multiplications: multiplicationsOf(sizes),
    } as const;
    return threads.run(work, 1);
  }
  attend(workspace, 0, units, scratch);
  return true;
}

function scratchBytes(microkernels: AttentionMicrokernels, sizes: AttentionSizes): number {
  const { heads, keyWidth, valueWidth } = sizes;
  return ceilTo64(microkernels.scratchBytesOfAttention(heads, keyWidth, valueWidth));
}

const ARGS_ROOM = ceilTo64(ATTENTION_ARGS_BYTES);
