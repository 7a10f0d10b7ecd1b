import { createHash } from 'node:crypto';
import type { GptOptions } from './options';

/** What the nets depend on. */
export function settingsOf(options: GptOptions, text: string): Record<string, string | number> {
  const { steps, batch, layers, width, heads, context, seed } = options;
  const hash = createHash('sha256').update(text).digest('hex');
  return { text: hash, steps, batch, layers, width, heads, context, seed };
}
