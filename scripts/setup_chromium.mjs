/*
 * Provides Chromium, for `npm run test:browser`: does nothing where there is one (CHROMIUM_PATH, or on
 * PATH), and otherwise installs Debian's package, where apt-get may be used.
 */
import find from './find_chromium.cjs';
import { main, Refusal, run, say, tryRun } from './steps.mjs';

await main('setup:chromium', () => {
  if (find.findChromium() == null) install();
  const chromium = find.findChromium();
  if (chromium == null) throw new Refusal(find.chromiumMissing());
  say(`${run(chromium, ['--version']).trim()}, ${chromium}`);
});

function install() {
  const mayInstall = process.getuid?.() === 0 && tryRun('apt-get', ['--version']).ok;
  if (!mayInstall || process.env.CHROMIUM_PATH) throw new Refusal(find.chromiumMissing());
  say("Installing Debian's chromium.");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args) => tryRun('apt-get', args, { env, seconds: 900 });
  const installed = () => aptGet('install', '--yes', '--no-install-recommends', 'chromium');
  // A fresh machine has no lists of packages, an old one has lists of packages that are gone.
  if (installed().ok) return;
  aptGet('update');
  const { ok, why, output } = installed();
  if (!ok) throw new Refusal(`apt-get install chromium: ${why}\n${output}`);
}
