import { mkdirSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Records the settings of the nets in a folder, so that none is resumed or used with other settings.
 * @throws if the folder holds nets of other settings.
 */
export function claimFolder(folder: string, settings: Record<string, string | number>): void {
  const file = join(folder, 'settings.json');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    return writeFileSync(file, JSON.stringify(settings, null, 2) + '\n');
  }
  const there = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  for (const [name, value] of Object.entries(settings)) {
    if (there[name] === value) continue;
    throw new Error(
      `${folder} holds nets that were trained with other settings (${name}: ${there[name]}, ` +
        `now ${value}). Delete it, or give another folder with --out.`,
    );
  }
}
