/** A module of Node, looked up as the package runs, so that bundles for browsers hold no trace of it. */
export function nodeBuiltin<Module>(name: string): Module | undefined {
  if (typeof process === 'undefined') return undefined;
  return process.getBuiltinModule?.(name) as Module | undefined;
}
