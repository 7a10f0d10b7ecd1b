// Refuses a release that is not ready: npm runs it before each publish. With --dry-run, what only a release must have
// is told, and refuses nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import problems from './release_problems.cjs';
import { main, Refusal, root, say } from './steps.mjs';

const read = (file) => readFileSync(join(root, file), 'utf8');

await main('check_release', () => {
  const { now, atRelease } = problems.releaseProblems({
    manifest: JSON.parse(read('package.json')),
    lock: JSON.parse(read('package-lock.json')),
    changelog: read('CHANGELOG.md'),
  });
  const dryRun = process.argv.includes('--dry-run');
  const refused = dryRun ? now : [...now, ...atRelease];
  if (refused.length > 0) throw new Refusal(refused.join('\n'));
  for (const problem of atRelease) say(`Before a release: ${problem}`);
});
