/*
 * Packed products on webgpu: the grid of the tests, checked, and times against float products of TensorFlow.js.
 *
 *   npm run bench:webgpu                       in headless Chromium (an emulated GPU), and in Node on the system's GPU
 *   npm run bench:webgpu -- --emulated         in Node on the emulated GPU of Chromium, too
 *   npm run bench:webgpu -- --pack FOLDER      only writes bench.cjs and dawn.node there, all that Node needs elsewhere
 *
 * Elsewhere: node FOLDER/bench.cjs [MILLISECONDS [FILE.json]], where Vulkan's loader finds the driver of a GPU.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { buildSync } from 'esbuild';
import { findChromium } from '../../scripts/find_chromium.cjs';
import { launchChromium } from '../../test/browser/chromium';
import type { Report } from './measure';
import { printReport } from './report';

const root = join(__dirname, '../..');
const cache = join(root, '.cache/benchmarks/webgpu');

interface Options {
  readonly emulated?: true;
  readonly pack?: string;
  readonly ms: string;
}

function bundle(name: 'page' | 'node', outfile: string): void {
  buildSync({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    target: 'es2022',
    ...(name === 'node' ? { platform: 'node', format: 'cjs' } : { format: 'iife' }),
    logLevel: 'error',
  });
}

function pack(folder: string): string {
  const platform = `${process.platform}-${process.arch}`;
  const dawn = join(root, 'benchmarks/peers/node_modules/webgpu/dist', platform, 'dawn.node');
  if (!existsSync(dawn)) throw new Error(`${dawn} is missing. Run \`npm run setup:bench\` first.`);
  mkdirSync(folder, { recursive: true });
  const program = join(folder, 'bench.cjs');
  bundle('node', program);
  copyFileSync(dawn, join(folder, 'dawn.node'));
  return program;
}

/** Where Vulkan finds Chromium's emulated GPU, and a loader. */
function emulatedGpu(): NodeJS.ProcessEnv {
  const chromium = findChromium();
  const folders = [...(chromium ? [dirname(realpathSync(chromium))] : []), '/usr/lib/chromium'];
  const folder = folders.find((path) => existsSync(join(path, 'vk_swiftshader_icd.json')));
  if (folder == null) throw new Error('Chromium is missing: `npm run setup:chromium`.');
  const driver = join(folder, 'vk_swiftshader_icd.json');
  return { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: folder };
}

function inNode({ emulated, ms }: Options): void {
  const env = { ...process.env, ...(emulated && emulatedGpu()) };
  const { status } = spawnSync(process.execPath, [pack(cache), ms], { stdio: 'inherit', env });
  if (status !== 0) process.exitCode = 1;
}

async function inChromium({ ms }: Options): Promise<void> {
  const script = join(cache, 'page.js');
  bundle('page', script);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    // WebGPU is for pages from a server, or from this machine.
    const empty = { contentType: 'text/html', body: '<!doctype html>' };
    await page.route('**/*', (route) => route.fulfill(empty));
    await page.goto('http://localhost/');
    await page.addScriptTag({ path: script });
    printReport('Chromium', await page.evaluate<Report>(`measure(${ms})`));
  } finally {
    await browser.close();
  }
}

async function main(): Promise<void> {
  const command = new Command()
    .option('--emulated', 'in Node on the emulated GPU of Chromium')
    .option('--pack <folder>', 'write what Node needs elsewhere, and measure nothing')
    .option('--ms <milliseconds>', 'of each kind of measurement of a shape', '2000');
  const options = command.parse().opts<Options>();
  if (options.pack != null) return void pack(options.pack);
  await inChromium(options);
  inNode(options);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
