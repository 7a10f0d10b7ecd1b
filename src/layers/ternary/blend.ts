import { argumentError } from '../../errors';
import { share } from '../../options/check';

/** @throws an error that names `where` if `blend` is not a number from 0 to 1. */
export function checkBlend(blend: unknown, where: string): void {
  if (!share.holds(blend)) throw argumentError(where, 'blend', share.expected, blend);
}
