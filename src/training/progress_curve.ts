import type { Position } from './schedule';

/** Curves from 0 (or nearly) to 1 (or nearly) over the progress p in [0, 1]. */
export const PROGRESS_CURVES = {
  logistic: (progress: number) => 1 / (1 + Math.exp(-(16 * progress - 6))),
  linear: (progress: number) => progress,
  cosine: (progress: number) => (1 - Math.cos(Math.PI * progress)) / 2,
} as const;

/** The value of a curve whose progress is 0 in the first step and 1 in the last; the end is exactly 1. */
export function risingToOne(
  { current, total }: Position,
  curve: (progress: number) => number,
): number {
  return current >= total - 1 ? 1 : curve(current / (total - 1));
}
