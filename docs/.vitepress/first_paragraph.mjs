import { readFile } from 'node:fs/promises';

/** The first paragraph of a Markdown file as plain text: what search engines show of the page. */
export async function firstParagraph(file) {
  const blocks = (await readFile(file, 'utf8')).split(/\n\n+/);
  const paragraph = blocks.find((block) => /^[A-Za-z`*]/.test(block)) ?? '';
  return paragraph
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
