/** "`where`: `argument` must be `expected`, got `actual`.", with `actual` (a shape, say) as JSON. */
export function argumentError(
  where: string,
  argument: string,
  expected: string,
  actual: unknown,
): Error {
  return new Error(`${where}: ${argument} must be ${expected}, got ${show(actual)}.`);
}

/** JSON has no NaN, no undefined and no circles, and all are common in wrong values: a layer has circles. */
function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return `a ${(value as object).constructor.name}`;
  }
}

export const TWO_COPIES =
  'Two copies of @tensorflow/tfjs-layers are loaded: tfjs-bitcore uses one, the model or tensor ' +
  'given to it comes from another. Make them one: `npm ls @tensorflow/tfjs-layers` shows which package ' +
  'brings which copy; align the versions, then `npm dedupe` (or alias the package in your bundler).';
