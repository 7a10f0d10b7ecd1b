import { argumentError } from '../errors';

/**
 * JavaScript takes a misspelt option without a word, and the default is used.
 * @throws if `options` is no object, or one of its names none of `names`.
 */
export function checkOptionNames<Options extends object>(
  where: string,
  argument: string,
  options: Options,
  names: ReadonlyArray<keyof Options & string>,
): void {
  if (typeof options !== 'object' || options === null) {
    throw argumentError(where, argument, `an object {${names.join(', ')}}`, options);
  }
  for (const name of Object.keys(options)) {
    if ((names as readonly string[]).includes(name)) continue;
    throw argumentError(where, `every name in ${argument}`, `one of ${names.join(', ')}`, name);
  }
}
