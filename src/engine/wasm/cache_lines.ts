/** Rounds up to whole cache lines of 64 bytes, so that threads write to lines of their own. */
export function ceilTo64(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
