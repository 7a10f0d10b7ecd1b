/*
 * Checks the package as it would be published: packs it, installs the tarball in an empty folder outside
 * the repository, and there compiles, runs and bundles programs that use it.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import entries from './entries.cjs';
import { bothForms, kinds, programs } from './package_consumer.mjs';
import { main, npmInstall, Refusal, root, run, say, tryRun } from './steps.mjs';

const ALLOWED_FILES = /^(dist\/.+|README\.md|LICENSE|CHANGELOG\.md|package\.json)$/;
const REQUIRED_FILES = [
  ...['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/cli.js'],
  ...['dist/serving_thread.js', 'dist/serving_worker.js', 'dist/tfjs-bitcore.min.js'],
  ...Object.keys(entries).flatMap((name) =>
    ['js', 'mjs', 'node.mjs', 'd.ts', 'd.mts'].map((extension) => `dist/${name}.${extension}`),
  ),
];
/** Programs and entries that need Node: its modules may be imported there, and in what only they import. */
const FOR_NODE = /^dist\/(folder|cli|serving|serving_thread|serving_worker)\./;
/** The forms in which each program is written. */
const FORMS = ['cjs.cts', 'esm.mts', 'bundler.ts'];
const PEERS = [
  ...['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers'],
  // Optional ones.
  ...['@electric-sql/pglite', '@electric-sql/pglite-pgvector', 'fastify', 'prom-client', 'ajv'],
];

const folder = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-package-'));

await main('check_package', async () => {
  try {
    const tarball = pack();
    checkContents(tarball);
    say('publint --strict, attw');
    runTool('publint', '--strict', tarball);
    runTool('@arethetypeswrong/cli', '--no-color', tarball);
    for (const [kind, { packages, imports }] of Object.entries(kinds)) {
      await checkConsumer(kind, tarball, packages, imports);
    }
    say('The package is right.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function pack() {
  say('npm pack');
  run('npm', ['pack', '--silent', '--pack-destination', folder], {
    shell: process.platform === 'win32',
  });
  const [name] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  const tarball = join(folder, name);
  say(`${name}: ${(statSync(tarball).size / 1024).toFixed(1)} KiB`);
  return tarball;
}

function checkContents(tarball) {
  run('tar', ['-xzf', tarball], { cwd: folder });
  const contents = join(folder, 'package');
  const files = readdirSync(contents, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(contents.length + 1))
    .map((path) => path.replaceAll('\\', '/'));
  refuseAny(
    files.filter((file) => !ALLOWED_FILES.test(file)),
    'the tarball holds files that no user needs',
  );
  refuseAny(
    REQUIRED_FILES.filter((file) => !files.includes(file)),
    'the tarball lacks files',
  );
  refuseAny(
    files.filter((file) => file.endsWith('.map') && holdsOthers(join(contents, file))),
    'these files hold code of other packages, whose licenses ask for a notice',
  );
  checkManifest(JSON.parse(readFileSync(join(contents, 'package.json'))));
  const code = files.filter((file) => /\.m?js$|\.d\.m?ts$/.test(file));
  const texts = new Map(code.map((file) => [file, readFileSync(join(contents, file), 'utf8')]));
  const starts = Object.keys(entries).flatMap((name) => [`dist/${name}.js`, `dist/${name}.mjs`]);
  const elsewhere = reachedFrom(
    [...starts.filter((file) => !FOR_NODE.test(file)), 'dist/tfjs-bitcore.min.js'],
    texts,
  );
  for (const [file, text] of texts) {
    const needsNode = FOR_NODE.test(file) || (file.includes('-') && !elsewhere.has(file));
    checkImports(file, text, needsNode);
  }
}

function holdsOthers(sourceMap) {
  return JSON.parse(readFileSync(sourceMap, 'utf8')).sources.some((source) =>
    source.includes('node_modules/'),
  );
}

/** The files, and all that they import from each other. */
function reachedFrom(files, texts) {
  const reached = new Set(files);
  for (const file of reached) {
    for (const name of importsOf(texts.get(file))) {
      if (name.startsWith('./')) reached.add(`dist/${name.slice(2)}`);
    }
  }
  return reached;
}

function importsOf(code) {
  const imports = /(?:\bfrom\s+|(?<!--)\bimport\s*\(?\s*|\brequire\()(['"])([^'"\s]+)\1/g;
  return [...code.matchAll(imports)].map(([, , name]) => name);
}

function checkManifest({ dependencies = {}, optionalDependencies = {}, scripts = {} }) {
  const names = Object.keys({ ...dependencies, ...optionalDependencies });
  refuseAny(names, 'package.json has run-time dependencies');
  const installScripts = Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name));
  refuseAny(installScripts, 'package.json runs scripts when installed');
}

/** Paths inside tfjs's packages are not theirs to keep, and Node's modules do not exist in browsers. */
function checkImports(file, text, needsNode) {
  const ownEntries = [
    'tfjs-bitcore',
    ...['folder', 'vision', 'serving'].map((name) => `tfjs-bitcore/${name}`),
  ];
  const forNode = needsNode ? [...builtinModules, ...ownEntries] : [];
  const allowed = [...PEERS, ...forNode];
  // Examples in the comments of types import entries of this package.
  const code = /\.d\.m?ts$/.test(file) ? text.replace(/\/\*[^]*?\*\//g, '') : text;
  const foreign = importsOf(code).filter(
    (name) => !name.startsWith('.') && !allowed.includes(name.replace(/^node:/, '')),
  );
  const kind = foreign.some((name) => builtinModules.includes(name)) ? ' (modules of Node)' : '';
  refuseAny([...new Set(foreign)], `${file} imports more than ${PEERS.join(' and ')}${kind}`);
}

async function checkConsumer(kind, tarball, packages, imports) {
  say(`With ${kind}: install`);
  const consumer = join(folder, packages[0]);
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{"private": true}');
  npmInstall(consumer, tarball, ...packages.map(installedVersion));
  const names = Object.keys(programs);
  const files = (form) => names.map((name) => `${name}_${form}`);
  for (const name of names) {
    const text = programs[name](imports);
    for (const form of FORMS) writeFileSync(join(consumer, `${name}_${form}`), text);
  }
  writeFileSync(join(consumer, 'both.cjs'), bothForms);

  say(`With ${kind}: strict TypeScript, moduleResolution node16 and bundler`);
  compile(consumer, 'node16', 'node16', [...files('cjs.cts'), ...files('esm.mts')]);
  compile(consumer, 'esnext', 'bundler', files('bundler.ts'));

  say(`With ${kind}: require, import, both, and a bundle`);
  for (const name of names) await bundle(consumer, name);
  for (const form of ['cjs.cjs', 'esm.mjs', 'bundle.cjs'])
    for (const script of files(form)) runProgram(consumer, script);
  runProgram(consumer, 'both.cjs');

  say(`With ${kind}: the command`);
  checkCommand(consumer);
}

/** On the folders that the program has saved. */
function checkCommand(consumer) {
  const command = (...args) =>
    run('npx', ['--no-install', 'tfjs-bitcore', ...args], {
      cwd: consumer,
      shell: process.platform === 'win32',
    });
  command('convert', 'saved/float', 'saved/ternary', '--quantizer', 'twn');
  command('deploy', 'saved/ternary', 'saved/deployed');
  const { verified, backend } = JSON.parse(
    command('verify', 'saved/ternary', 'saved/deployed', '--json'),
  );
  if (!verified || backend !== 'cpu') throw new Refusal(`verify: ${verified} on ${backend}`);
  command('summary', 'saved/deployed');
  checkMissingPeers(consumer);
}

/** What only the server needs is not installed here. */
function checkMissingPeers(consumer) {
  const { ok, output } = tryRun(
    'npx',
    ['--no-install', 'tfjs-bitcore', 'serve', 'saved/deployed'],
    {
      cwd: consumer,
      shell: process.platform === 'win32',
    },
  );
  if (ok || !output.includes('npm install fastify prom-client ajv')) {
    throw new Refusal(`serve does not say what to install:\n${output}`);
  }
}

/** The version that this repository is tested with. */
function installedVersion(name) {
  const manifest = join(root, 'node_modules/@tensorflow', name, 'package.json');
  return `@tensorflow/${name}@${JSON.parse(readFileSync(manifest)).version}`;
}

function compile(consumer, module, moduleResolution, files) {
  const compilerOptions = { module, moduleResolution, target: 'es2022', types: [] };
  Object.assign(compilerOptions, { strict: true, skipLibCheck: true });
  const config = join(consumer, `tsconfig.${moduleResolution}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  runTool('typescript', '-p', config);
}

/** As bundlers for browsers resolve the package, that is not by its entry for Node; but to run here. */
async function bundle(consumer, name) {
  await build({
    absWorkingDir: consumer,
    entryPoints: [`${name}_bundler.ts`],
    outfile: `${name}_bundle.cjs`,
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: [...builtinModules, 'node:*'],
    logLevel: 'error',
  });
}

function runProgram(consumer, script) {
  const { ok, output } = tryRun(process.execPath, [script], { cwd: consumer });
  if (!ok || !output.includes('verified')) throw new Refusal(`${script} failed:\n${output}`);
  const twice = /.*already (been )?(registered|set).*/.exec(output)?.[0];
  if (twice) throw new Refusal(`${script} registers twice: ${twice}`);
}

/** Runs the (first) command of an installed package. */
function runTool(name, ...args) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json')));
  const script = typeof bin === 'string' ? bin : (bin.tsc ?? Object.values(bin)[0]);
  run(process.execPath, [join(folder, script), ...args]);
}

function refuseAny(names, complaint) {
  if (names.length > 0) throw new Refusal(`${complaint}: ${names.join(', ')}`);
}
