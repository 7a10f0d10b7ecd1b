import type { DataId } from '@tensorflow/tfjs-core';
import { BACKENDS } from './backends';

/** Frees what is held beside packed words, on any backend; for when they are disposed or replaced. */
export function releasePacked(packed: DataId): void {
  for (const backend of BACKENDS) backend.release(packed);
}
