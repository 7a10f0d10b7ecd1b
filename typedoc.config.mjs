import { OptionDefaults } from 'typedoc';
import entries from './scripts/entries.cjs';

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  entryPoints: Object.values(entries),
  plugin: ['typedoc-plugin-markdown'],
  out: 'docs/api',
  name: 'API reference',
  readme: 'none',
  router: 'member',
  entryFileName: 'index',
  hidePageHeader: true,
  parametersFormat: 'table',
  tableColumnSettings: { hideInherited: true, hideOverrides: true, hideSources: true },
  excludePrivate: true,
  excludeProtected: true,
  // Of a class, what the rest of the package uses.
  excludeInternal: true,
  excludeExternals: true,
  // Links to sources need to know where the repository is published.
  disableSources: true,
  // tfjs's own layers bear it.
  blockTags: [...OptionDefaults.blockTags, '@nocollapse'],
  // A type that a signature shows is exported by an entry, and a link leads somewhere.
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
};
