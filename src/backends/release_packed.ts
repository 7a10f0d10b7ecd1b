import type { Tensor } from '@tensorflow/tfjs-core';
import { releaseFromOwnMemory } from '../engine/select';
import { disposeDenseKernel } from './composed';

/** Frees what is held beside packed words, on any backend; for when they are disposed themselves. */
export function releasePacked(packed: Tensor): void {
  disposeDenseKernel(packed);
  releaseFromOwnMemory(packed.dataId);
}
