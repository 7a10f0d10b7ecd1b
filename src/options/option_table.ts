import { argumentError } from '../errors';
import type { Check } from './check';
import { nearestName } from './nearest_name';

export interface Option<Value> extends Check {
  /** An option without a default may be left out, unless it is required. */
  readonly default?: Value;
  readonly required?: true;
}

/**
 * The options of a public function. The interface `Options` gives their names, types and documentation. The
 * table gives the check and the default of each option, and the compiler makes sure that both agree.
 */
export type OptionTable<Options extends object> = {
  readonly [Name in keyof Required<Options>]: Option<Exclude<Options[Name], undefined>>;
};

type Defaults<Table> = {
  [Name in keyof Table as Table[Name] extends { default: unknown } ? Name : never]: unknown;
};

/** The options with the defaults of those that were left out. */
export type Resolved<Options, Table> = Omit<Options, keyof Defaults<Table>> & {
  [Name in keyof Defaults<Table> & keyof Options]-?: Exclude<Options[Name], undefined>;
};

/**
 * Checks options before they are used: JavaScript accepts a misspelt name without an error, and the default
 * would then be used.
 *
 * @param where the function or layer that errors name.
 * @returns a copy that has the defaults in place of the options that were left out or are undefined.
 * @throws if `options` is not an object, a name is unknown, a required option is missing, or a value is not
 * what its check expects. The error names the first one.
 */
export function readOptions<Options extends object, Table extends OptionTable<Options>>(
  where: string,
  options: Options,
  table: Table,
  argument = 'options',
): Resolved<Options, Table> {
  checkNames(where, options, Object.keys(table), argument);
  const result = { ...options } as Record<string, unknown>;
  for (const [name, option] of Object.entries<Option<unknown>>(table)) {
    const value = result[name];
    if (value !== undefined || option.required) checkValue(where, name, option, value, argument);
    else if (option.default !== undefined) result[name] = option.default;
  }
  return result as unknown as Resolved<Options, Table>;
}

/** An option that is undefined is left out, also where others would stand in its place. */
export function definedIn<Options extends object>(options: Options): Defined<Options> {
  const defined = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as Defined<Options>;
}

type Defined<Options> = { [Name in keyof Options]?: Exclude<Options[Name], undefined> };

/** The options that a table knows: those of a subclass are its own business. */
export function knownOptions<Options extends object>(options: Options, table: object): Options {
  if (typeof options !== 'object' || options === null) return options;
  const known = Object.entries(options).filter(([name]) => name in table);
  return Object.fromEntries(known) as Options;
}

function checkNames(where: string, options: object, names: string[], argument: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw argumentError(where, argument, `an object {${names.join(', ')}}`, options);
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const nearest = nearestName(name, names);
    const hint = nearest == null ? '' : ` Did you mean "${nearest}"?`;
    const known = names.length === 0 ? 'no options' : names.join(', ');
    throw new Error(`${where}: ${argument} has no "${name}".${hint} It takes ${known}.`);
  }
}

function checkValue(
  where: string,
  name: string,
  { expected, holds }: Check,
  value: unknown,
  argument: string,
): void {
  if (holds(value)) return;
  throw argumentError(
    where,
    argument === 'options' ? name : `${argument}.${name}`,
    expected,
    value,
  );
}
