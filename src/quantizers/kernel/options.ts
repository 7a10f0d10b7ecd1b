import { argumentError } from '../../errors';

/** @throws if the option `perChannel` of a rule is no boolean. */
export function checkPerChannel(rule: string, perChannel: unknown): void {
  if (typeof perChannel !== 'boolean') {
    throw argumentError(rule, 'perChannel', 'true or false', perChannel);
  }
}
