/*
 * Makes '@tensorflow/tfjs-node' loadable in this repository; does nothing where it is already.
 *
 * It is no dependency in package.json: its install step downloads, and fails the whole `npm ci` where it
 * cannot. It lives in .cache/tfjs-node, and node_modules/@tensorflow/tfjs-node is a link to it. Node looks
 * for modules from where a link leads to, and upwards: so tfjs-node finds this repository's own tfjs.
 *
 * First its official install. Where that download is out of reach, its addon is compiled against the C
 * library inside the pip package tensorflow-cpu, which is kept in ~/.cache for other checkouts.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { main, npmInstall, Refusal, root, run, say, tryRun } from './steps.mjs';

const TENSORFLOW = 'tensorflow-cpu==2.21.0';
const HEADERS = 'node-api-headers@1.9.0';

const link = join(root, 'node_modules/@tensorflow/tfjs-node');
const installation = join(root, '.cache/tfjs-node');
const userCache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tfjs-bitcore');

await main('setup:tfjs-node', () => {
  if (existsSync(link) && probe().ok) return say('tfjs-node already works.');
  if (isForeign(link)) {
    throw new Refusal(`${link} was installed by other means and does not work:\n${probe().output}`);
  }
  if (existsSync(installation)) {
    linkInstallation();
    if (probe().ok) return say('tfjs-node was installed before: linked it again.');
    say('The tfjs-node installed before no longer loads: installing it anew.');
  }
  install();
});

/** A folder that npm put there, or a link to elsewhere, is the user's. */
function isForeign(path) {
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status != null && !status.isSymbolicLink();
}

function install() {
  // The installation appears at its place only when complete, apart from the addon.
  const staging = `${installation}.partial`;
  rmSync(staging, { recursive: true, force: true });
  rmSync(installation, { recursive: true, force: true });
  installPackage(staging);
  renameSync(staging, installation);
  linkInstallation();
  if (!installOfficially()) compileAddon(obtainTensorflow());
  const { ok, output } = probe();
  if (!ok) throw new Refusal(`tfjs-node was installed but does not work:\n${output}`);
  say(`tfjs-node works, with TensorFlow ${output.trim()}.`);
}

function probe() {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
  const { ok, stdout, output } = tryRun(process.execPath, ['scripts/probe_tfjs_node.cjs'], { env });
  return { ok, output: ok ? stdout : output };
}

function installPackage(folder) {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/@tensorflow/tfjs/package.json')),
  );
  say(`Installing @tensorflow/tfjs-node@${version} from npm, without its install script.`);
  mkdirSync(folder, { recursive: true });
  npmInstall(folder, `@tensorflow/tfjs-node@${version}`, HEADERS);
  // It is to use this repository's tfjs, one level up, and not a second copy.
  const scope = join(folder, 'node_modules/@tensorflow');
  for (const name of readdirSync(scope)) {
    if (name !== 'tfjs-node') rmSync(join(scope, name), { recursive: true });
  }
}

function linkInstallation() {
  rmSync(link, { recursive: true, force: true });
  symlinkSync('../../.cache/tfjs-node/node_modules/@tensorflow/tfjs-node', link);
}

function installOfficially() {
  say("Trying tfjs-node's own download.");
  const manifest = readFileSync(join(link, 'package.json'));
  const PATH = [join(installation, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH };
  const { ok, why, output } = tryRun(process.execPath, ['scripts/install.js'], {
    cwd: link,
    env,
    seconds: 300,
  });
  if (ok && probe().ok) return true;
  say(`That did not work (${/getaddrinfo .*|Error: .*/.exec(output)?.[0] ?? why}).`);
  // It leaves half a download behind, and its own settings in package.json.
  rmSync(join(link, 'deps'), { recursive: true, force: true });
  writeFileSync(join(link, 'package.json'), manifest);
  return false;
}

/** The folder with TensorFlow's C library and headers. */
function obtainTensorflow() {
  const folder = join(userCache, TENSORFLOW.replace('==', '-'));
  if (existsSync(folder)) return folder;
  checkPlatform();
  checkTool('python3', ['-m', 'pip', '--version'], 'python3 python3-pip');
  const staging = `${folder}.partial`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  say(`Downloading ${TENSORFLOW} with pip (274 MB; once, kept unpacked in ${folder}, 850 MB).`);
  downloadWheel(staging);
  say('Unpacking its library and headers.');
  run('python3', ['scripts/unpack_tensorflow.py', staging]);
  renameSync(join(staging, 'tensorflow'), folder);
  rmSync(staging, { recursive: true });
  return folder;
}

/** The C library is the same for every Python, so one fixed wheel serves whatever Python is here. */
function downloadWheel(folder) {
  const wheel = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];
  const platform = ['--platform', 'manylinux_2_27_x86_64', '--only-binary=:all:', '--no-deps'];
  const args = ['download', '--quiet', ...wheel, ...platform, '--dest', folder, TENSORFLOW];
  run('python3', ['-m', 'pip', ...args], { seconds: 1800 });
}

/** What tfjs-node's binding.gyp does, without node-gyp, which would download headers of Node. */
function compileAddon(tensorflow) {
  checkPlatform();
  checkTool('g++', ['--version'], 'g++');
  say('Compiling the addon (half a minute).');
  const addon = join(link, 'lib/napi-v8/tfjs_binding.node');
  mkdirSync(dirname(addon), { recursive: true });
  const libraries = ['cc', 'framework'].map((name) => `libtensorflow_${name}.so.2`);
  run(
    'g++',
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-o', addon],
      ...['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'],
      `-I${join(tensorflow, 'include')}`,
      `-I${join(installation, 'node_modules/node-api-headers/include')}`,
      ...libraries.map((library) => join(tensorflow, library)),
      `-Wl,-rpath,${tensorflow}`,
    ],
    { cwd: link },
  );
}

function checkPlatform() {
  const platform = `${process.platform}-${process.arch}`;
  if (platform === 'linux-x64') return;
  throw new Refusal(
    `no way is known to install tfjs-node on ${platform} without its own download, which failed. ` +
      'Run this again when the network allows it; `npm test` does without tfjs-node.',
  );
}

function checkTool(command, args, debianPackages) {
  if (tryRun(command, args).ok) return;
  throw new Refusal(
    `\`${[command, ...args].join(' ')}\` does not work, and is needed where tfjs-node's own download ` +
      `is out of reach. On Debian: apt-get install ${debianPackages}. Then run this again.`,
  );
}
