// The documentation as a site. Pages are the Markdown files that GitHub shows too; docs/api comes from TypeDoc.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { firstParagraph } from './first_paragraph.mjs';
import { pageLinks, sitePath, slugOf } from './links.mjs';
import { sidebars, startsOfSections } from './sidebars.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The colors of +1, 0 and -1 in the pictures. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 6 6">
<path fill="#3b82f6" d="M0,0h2v6H0z"/><path fill="#94a3b8" d="M2,0h2v6H2z"/><path fill="#ef4444" d="M4,0h2v6H4z"/></svg>`;

export default defineConfig({
  title: 'tfjs-bitcore',
  description:
    'Quantize a TensorFlow.js model to ternary weights: BitNet in JavaScript, trained and deployed at 2 bits per weight.',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],
  // The changelog and its like stand outside of docs/.
  srcDir: root,
  srcExclude: ['README.md', '{test,src,examples,benchmarks,models,coverage}/**'],
  rewrites: sitePath,
  markdown: {
    config: (markdown) => markdown.use(pageLinks, root),
    anchor: { slugify: slugOf },
    externalLinks: { rel: 'noreferrer' },
  },
  transformPageData: async ({ filePath, title }) => ({
    title,
    description: await firstParagraph(join(root, filePath)),
  }),
  // The index of the search, which is loaded when somebody searches, is one large file.
  vite: { build: { chunkSizeWarningLimit: 2000 } },
  // A page is small, and most readers do not follow every link that they see.
  router: { prefetchLinks: false },
  themeConfig: {
    nav: startsOfSections(),
    sidebar: sidebars(join(root, 'docs/api')),
    search: { provider: 'local' },
    outline: { level: [2, 3] },
  },
});
