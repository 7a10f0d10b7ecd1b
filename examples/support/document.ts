import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/** Writes a Markdown file in the repository's style. */
export async function writeMarkdown(file: string, text: string): Promise<void> {
  const style = await resolveConfig(__filename);
  writeFileSync(file, await format(text, { ...style, parser: 'markdown' }));
}
