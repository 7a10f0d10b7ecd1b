import { createHash } from 'node:crypto';
import { mkdirSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GptOptions } from './options';

/**
 * Records the settings of the nets in a folder, so that none is resumed or used with other settings.
 * @throws if the folder holds nets of other settings.
 */
export function claimFolder(options: GptOptions, text: string): void {
  const { steps, batch, layers, width, heads, context, seed } = options;
  const hash = createHash('sha256').update(text).digest('hex');
  const settings = { text: hash, steps, batch, layers, width, heads, context, seed };
  const file = join(options.out, 'settings.json');
  if (!existsSync(file)) {
    mkdirSync(options.out, { recursive: true });
    return writeFileSync(file, JSON.stringify(settings, null, 2) + '\n');
  }
  const there = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  for (const [name, value] of Object.entries(settings)) {
    if (there[name] === value) continue;
    throw new Error(
      `${options.out} holds nets that were trained with other settings (${name}: ${there[name]}, ` +
        `now ${value}). Delete it, or give another folder with --out.`,
    );
  }
}
