/** "`where`: `argument` must be `expected`, got `actual`.", with `actual` (a shape, say) as JSON. */
export function argumentError(
  where: string,
  argument: string,
  expected: string,
  actual: unknown,
): Error {
  return new Error(`${where}: ${argument} must be ${expected}, got ${show(actual)}.`);
}

/** JSON has no NaN and no undefined, and both are common wrong values. */
function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
}

export const TWO_COPIES =
  'Two copies of @tensorflow/tfjs-layers are loaded: tfjs-bitcore uses one, the model or tensor ' +
  'given to it comes from another. Make them one: `npm ls @tensorflow/tfjs-layers` shows which package ' +
  'brings which copy; align the versions, then `npm dedupe` (or alias the package in your bundler).';
