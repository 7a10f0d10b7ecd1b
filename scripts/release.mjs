// npm run release: publishes the version of package.json, and tags it. With --dry-run it checks what can be checked
// before, and lets npm do all but the upload.
import { main, Refusal, root, run, say } from './steps.mjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const tag = `v${version}`;

await main('release', () => {
  if (process.argv.includes('--dry-run')) return tryRelease();
  const changed = run('git', ['status', '--porcelain']);
  if (changed !== '') throw new Refusal(`These files are not committed:\n${changed}`);
  if (run('git', ['tag', '--list', tag]) !== '') throw new Refusal(`${tag} is there already.`);
  // Where the package was built and from which commit: only services that run workflows can sign that.
  const provenance = process.env.CI ? ['--provenance'] : [];
  say(`npm publish: ${version}`);
  npm('publish', ...provenance);
  run('git', ['tag', tag]);
  say(`Published. Now: git push origin ${tag}`);
});

function tryRelease() {
  process.stdout.write(run(process.execPath, ['scripts/check_release.mjs', '--dry-run']));
  // Without scripts: they build, and refuse what is missing until the release.
  npm('publish', '--dry-run', '--ignore-scripts');
  say(`npm would publish ${version}.`);
}

function npm(...args) {
  run('npm', args, { shell: process.platform === 'win32' });
}
