import type { DataId } from '@tensorflow/tfjs-core';
import { releaseFromOwnMemory } from '../engine/select';
import { disposeDenseKernel } from './composed';

/** Frees what is held beside packed words, on any backend; for when they are disposed or replaced. */
export function releasePacked(packed: DataId): void {
  disposeDenseKernel(packed);
  releaseFromOwnMemory(packed);
}
