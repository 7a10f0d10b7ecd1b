// What is beside the pages: navigation.json beside all pages but those of the API, which TypeDoc has written.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sitePath } from './links.mjs';

const navigation = JSON.parse(readFileSync(new URL('./navigation.json', import.meta.url), 'utf8'));

/** The path on the site of a page, which is given by its path from docs/. */
const linkTo = (page) => `/${sitePath(join('docs', page))}`;

const sections = navigation.map(({ text, items }) => ({
  text,
  items: items.map((item) => ({ text: item.text, link: linkTo(item.page) })),
}));

/** The bar on top: the first page of each section, and the API. */
export function startsOfSections() {
  const starts = sections.map(({ text, items: [first] }) => ({ text, link: first.link }));
  return [...starts.slice(0, 3), { text: 'API', link: '/api/index.md' }, ...starts.slice(3)];
}

/** Beside a page of the API: the entries of the package, and what the entry of that page exports. */
export function sidebars(apiFolder) {
  const pages = readdirSync(apiFolder, { recursive: true, encoding: 'utf8' });
  const entries = pages
    .filter((page) => page.endsWith('/index.md'))
    .map(dirname)
    .sort();
  const links = entries.map((entry) => ({ text: entry, link: `/api/${entry}/index.md` }));
  const beside = entries.map((entry) => [
    `/api/${entry}/`,
    [...links, { text: `Exports of ${entry}`, items: exportsOf(apiFolder, entry) }],
  ]);
  return { '/': sections, '/api/': links, ...Object.fromEntries(beside) };
}

/** The names that TypeDoc's page of an entry links to. */
function exportsOf(apiFolder, entry) {
  const page = readFileSync(join(apiFolder, entry, 'index.md'), 'utf8');
  const links = [...page.matchAll(/^- \[(.+)\]\((\w[\w-]*\/.+\.md)\)$/gm)];
  return links.map(([, text, link]) => ({ text, link: `/api/${entry}/${link}` }));
}
