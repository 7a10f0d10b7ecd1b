/*
 * tfjs-node 4.22 calls two functions of node:util that Node 23 removed, in almost every op. It looks them
 * up at each call, so this file can restore them before or after tfjs-node is loaded. Elsewhere it does nothing.
 */
interface LegacyUtil {
  isNullOrUndefined?: (value: unknown) => boolean;
  isArray?: (value: unknown) => boolean;
}

const util =
  typeof process === 'undefined'
    ? undefined
    : (process.getBuiltinModule?.('node:util') as LegacyUtil | undefined);

if (util != null) {
  util.isNullOrUndefined ??= (value) => value == null;
  util.isArray ??= Array.isArray;
}
export {};
