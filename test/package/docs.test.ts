import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');
/** Those that TypeDoc writes are not ours; `npm run docs` checks their links. */
const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !name.startsWith('api/'))
  .map((name) => join('docs', name));
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...docs];

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** A section of the navigation; its pages are given by their paths from docs/. */
interface Section {
  readonly items: readonly { readonly page: string }[];
}

/** What the headings of a page can be linked as: lower case, spaces as hyphens, without punctuation. */
function anchorsOf(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.+)$/gm)];
  return headings.map(({ 1: heading }) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function leadsNowhere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : join(dirname(page), file);
  if (!existsSync(join(ROOT, target))) return true;
  return anchor != null && !anchorsOf(target).includes(anchor);
}

test.each(pages)('the links of %s lead to files and headings', (page) => {
  const links = [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(({ 1: link }) => link);
  const here = links.filter((link) => !/^https?:/.test(link));
  expect(here.filter((link) => leadsNowhere(page, link))).toEqual([]);
});

test('the index of the docs lists every page', () => {
  const index = textOf('docs/README.md');
  const missing = docs.filter((page) => !index.includes(`(${page.slice('docs/'.length)})`));
  expect(missing).toEqual(['docs/README.md']);
});

test('the navigation of the site lists every page', () => {
  const sections = JSON.parse(textOf('docs/.vitepress/navigation.json')) as Section[];
  const listed = sections.flatMap(({ items }) => items.map(({ page }) => join('docs', page)));
  expect(listed.sort()).toEqual(pages.filter((page) => page !== 'README.md').sort());
});

test('the README stays short', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThan(150);
});
