// npm run release: publishes the version of package.json, and tags it. With --dry-run it checks what can be checked
// before, and lets npm pack it.
import { main, Refusal, root, run, say } from './steps.mjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const tag = `v${version}`;

const UPLOAD = { stdio: 'inherit', seconds: 3600 };

await main('release', () => {
  // Without `--`, npm takes the option as its own.
  const isTrial = process.argv.includes('--dry-run') || process.env.npm_config_dry_run === 'true';
  if (isTrial) return tryRelease();
  const changed = run('git', ['status', '--porcelain']);
  if (changed !== '') throw new Refusal(`These files are not committed:\n${changed}`);
  if (run('git', ['tag', '--list', tag]) !== '') throw new Refusal(`${tag} is there already.`);
  // Where the package was built and from which commit: only services that run workflows can sign that.
  const provenance = process.env.CI ? ['--provenance'] : [];
  // `npm install` of users does not take a version before a release by itself.
  const channel = version.includes('-') ? ['--tag', 'next'] : [];
  say(`npm publish: ${version}`);
  // npm may ask for a one-time password.
  npm(['publish', ...provenance, ...channel, ...process.argv.slice(2)], UPLOAD);
  run('git', ['tag', tag]);
  say(`Published. Now: git push origin ${tag}`);
});

function tryRelease() {
  process.stdout.write(run(process.execPath, ['scripts/check_release.mjs', '--dry-run']));
  // Not `npm publish`, which asks the registry and refuses a version that is there. Without scripts: they build.
  npm(['pack', '--dry-run', '--ignore-scripts']);
  say(`npm would publish ${version}.`);
}

function npm(args, options = {}) {
  run('npm', args, { shell: process.platform === 'win32', ...options });
}
