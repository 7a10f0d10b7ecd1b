// Everything that is tested, on every backend; on other versions of Node, what depends on Node. Provisions what it
// needs.
// Goes on after a failure, and ends with the failures and the sum over all runs of jest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, say } from './steps.mjs';

const [current] = process.versions.node.split('.');
const otherNodes = ['20', '22', '24'].filter((major) => major !== current);

/**
 * Files, threads, WebAssembly, addons and garbage collection: the other tests are arithmetic in JavaScript, those of the
 * examples in the docs and of the programs that train too.
 */
const DEPENDS_ON_NODE =
  'test/(deploy|engine|ops|packing|tfjs)/|test/package/(?!cnn|examples|gpt|reproduce)';

const steps = [
  ...['setup:tfjs-node', 'setup:chromium', 'setup:postgres'],
  ...['test', 'test:tensorflow', 'test:serve', 'test:faults', 'test:browser', 'test:site'],
  ...otherNodes.map((major) => `test:node${major} -- --testPathPatterns ${DEPENDS_ON_NODE}`),
];

const folder = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'));
const tally = join(folder, 'tally');
writeFileSync(tally, '');

const failures = steps.filter((step) => !succeeds(step));
const runs = readTally();
rmSync(folder, { recursive: true });

// The output of the steps after it may be long: what failed stands at the end once more.
console.log(runs.flatMap((run) => run.failures).join('\n'));
if (failures.length > 0) say(`Failed: ${failures.map((step) => `npm run ${step}`).join(', ')}`);
const sum = (count) => runs.reduce((total, run) => total + run[count], 0);
// A step can fail with no failing test: the linter, say.
console.log(`\n${sum('passed')} passed, ${Math.max(sum('failed'), failures.length)} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;

function succeeds(step) {
  const start = Date.now();
  console.log(`\n=== npm run ${step}`);
  const env = { ...process.env, TEST_TALLY: tally };
  const shell = process.platform === 'win32';
  const { status } = spawnSync('npm', ['run', ...step.split(' ')], {
    cwd: root,
    env,
    stdio: 'inherit',
    shell,
  });
  say(`npm run ${step}: exit status ${status}, ${Math.round((Date.now() - start) / 1000)} s`);
  return status === 0;
}

function readTally() {
  const lines = readFileSync(tally, 'utf8').trim().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}
