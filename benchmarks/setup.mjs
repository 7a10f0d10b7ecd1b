// usage: npm run setup:bench
// Installs what the benchmarks compare with and does nothing where all is there: tfjs-node, and the
// packages of benchmarks/peers (onnxruntime, WebGPU for Node, and the chart library) in that folder.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, run, say } from '../scripts/steps.mjs';

await main('setup:bench', () => {
  installPeers(join(root, 'benchmarks/peers'));
  // It speaks only when it has something to do, or fails.
  const output = run(process.execPath, ['scripts/setup_tfjs_node.mjs'], { seconds: 3600 });
  if (!output.includes('already works')) console.log(output.trimEnd());
});

function installPeers(folder) {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json')));
  if (Object.entries(dependencies).every(([name, version]) => versionOf(folder, name) === version))
    return;
  say('Installing onnxruntime, WebGPU and the chart library in benchmarks/peers (600 MB).');
  // onnxruntime-node holds its CPU library; its install script would only fetch the one for CUDA.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip' };
  const quiet = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'];
  run('npm', ['install', '--prefix', folder, ...quiet], {
    cwd: folder,
    env,
    seconds: 1800,
    shell: process.platform === 'win32',
  });
}

function versionOf(folder, name) {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest)).version : undefined;
}
