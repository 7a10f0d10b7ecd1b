import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearestName } from '../options/nearest_name';

/** `parseArgs` of Node, with an error of its own for an option that does not exist. */
export function parseArguments<Config extends ParseArgsConfig>(
  config: Config & { readonly options: NonNullable<ParseArgsConfig['options']> },
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs<Config>(config);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unknown = /^Unknown option '([^']+)'/.exec(message)?.[1];
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || unknown == null) throw error;
    const names = Object.keys(config.options).map((name) => `--${name}`);
    const nearest = nearestName(unknown, names);
    const hint = nearest == null ? '' : ` Did you mean ${nearest}?`;
    throw new Error(`there is no option ${unknown}.${hint} See --help.`, { cause: error });
  }
}
