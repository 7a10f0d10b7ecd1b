import type { DataId } from '@tensorflow/tfjs-core';
import { disposeDenseKernel } from './composed';
import { returnFromEngine } from './packed_words';

/** Frees what is held beside packed words, on any backend; for when they are disposed or replaced. */
export function releasePacked(packed: DataId): void {
  disposeDenseKernel(packed);
  returnFromEngine(packed);
}
