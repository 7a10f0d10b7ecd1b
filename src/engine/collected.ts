type Registry<T> = Pick<FinalizationRegistry<T>, 'register' | 'unregister'>;

/**
 * Tells when registered objects have been collected, where the JavaScript engine tells that at all. (Some of React
 * Native's do not: there, what nobody releases stays.)
 */
export function whenCollected<T>(call: (held: T) => void): Registry<T> {
  if (typeof FinalizationRegistry !== 'undefined') return new FinalizationRegistry(call);
  return { register: () => {}, unregister: () => false };
}
