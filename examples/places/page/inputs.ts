import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sizes } from '../options';

/** What `npm run example:places` has left in a folder. */
export interface Inputs {
  readonly out: string;
  /** The folder of the packed ternary net. */
  readonly net: string;
  readonly settings: Sizes & { readonly seed: number };
}

/** @throws if the net is not there, saying how to make it. */
export function readInputs(out: string): Inputs {
  const net = join(out, 'nets', 'ternary');
  const settings = join(out, 'settings.json');
  for (const file of [settings, join(net, 'model.json')]) {
    if (existsSync(file)) continue;
    throw new Error(
      `${file} is missing: \`npm run example:places\` makes it, and with \`-- --small\` it does so in less time. ` +
        'If you gave it another folder or seed, give that with --out or --seed.',
    );
  }
  return { out, net, settings: JSON.parse(readFileSync(settings, 'utf8')) as Inputs['settings'] };
}
