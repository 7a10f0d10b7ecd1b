// Links lead from file to file, as GitHub follows them; on the site the same pages have other paths.
import { dirname, join, relative } from 'node:path';

const OUTSIDE = {
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
};

/** The path on the site of a Markdown file, which is given by its path in the repository. */
export function sitePath(file) {
  if (file === 'docs/README.md') return 'index.md';
  return OUTSIDE[file] ?? file.replace(/^docs\//, '');
}

/** What GitHub makes of a heading: lower case, spaces as hyphens, without punctuation. */
export function slugOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

/** A plugin of markdown-it: relative links to Markdown files become paths on the site. */
export function pageLinks(markdown, root) {
  markdown.core.ruler.push('page_links', ({ tokens, env }) => {
    const source = env.realPath ?? env.path;
    const links = tokens
      .flatMap((token) => token.children ?? [])
      .filter((token) => token.type === 'link_open');
    for (const link of links) {
      const [file, anchor] = link.attrGet('href').split('#');
      if (!file.endsWith('.md') || /^[a-z]+:/.test(file)) continue;
      const target = sitePath(relative(root, join(dirname(source), file)));
      link.attrSet('href', `/${target}${anchor == null ? '' : `#${anchor}`}`);
    }
  });
}
