/*
 * Provides FAISS, for `npm run bench:retrieval`: does nothing where a Python has it, and otherwise installs Debian's
 * package, where apt-get may be used.
 */
import { main, Refusal, say, tryRun } from '../../scripts/steps.mjs';

const MISSING = 'Python has no module "faiss": install the Debian package python3-faiss.';

await main('setup:faiss', () => {
  if (!hasFaiss()) install();
  if (!hasFaiss()) throw new Refusal(MISSING);
  say('FAISS is there.');
});

function hasFaiss() {
  return ['python3', '/usr/bin/python3'].some(
    (python) => tryRun(python, ['-c', 'import faiss']).ok,
  );
}

function install() {
  const mayInstall = process.getuid?.() === 0 && tryRun('apt-get', ['--version']).ok;
  if (!mayInstall) throw new Refusal(MISSING);
  say("Installing Debian's python3-faiss.");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args) => tryRun('apt-get', args, { env, seconds: 900 });
  const installed = () => aptGet('install', '--yes', '--no-install-recommends', 'python3-faiss');
  // A fresh machine has no lists of packages, an old one has lists of packages that are gone.
  if (installed().ok) return;
  aptGet('update');
  const { ok, why, output } = installed();
  if (!ok) throw new Refusal(`apt-get install python3-faiss: ${why}\n${output}`);
}
