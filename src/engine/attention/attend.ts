import type { Attention } from './attention';
import { attentionModule } from './module';
import { attendInOwnMemory } from './own_memory';
import { attendPortable } from './portable';

/** Attention of JavaScript arrays into `y`, by the microkernels where they can be used. */
export function attendArrays(attention: Attention, y: Float32Array): void {
  const isDone = attentionModule.tryInOwnMemory((microkernels) => {
    attendInOwnMemory(microkernels, attention, y);
  });
  if (!isDone) attendPortable(attention, y);
}
