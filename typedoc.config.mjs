import { OptionDefaults } from 'typedoc';
import entries from './scripts/entries.cjs';

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  entryPoints: Object.values(entries),
  out: 'docs/api',
  readme: 'none',
  excludePrivate: true,
  excludeExternals: true,
  // tfjs's own layers bear it.
  blockTags: [...OptionDefaults.blockTags, '@nocollapse'],
  // A type that a signature shows is exported by an entry, and a link leads somewhere.
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true },
  intentionallyNotExported: [
    'src/engine/wasm/forms.ts:Form',
    'src/layers/bit_linear.ts:Inputs',
    'src/training/seeded_batches.ts:Data',
  ],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
};
