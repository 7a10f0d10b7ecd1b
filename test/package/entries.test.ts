import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Platform } from 'esbuild';
import entries from '../../scripts/entries.cjs';

/*
 * However a program mixes `require`, `import` and entries, dist/ gives it one copy of the package.
 */

const ROOT = join(__dirname, '../..');
// Below the repository, where the package is found by its name.
mkdirSync(join(ROOT, '.cache'), { recursive: true });
const folder = mkdtempSync(join(ROOT, '.cache/entries-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Load = 'require' | 'import';
type Entry = 'tfjs-bitcore' | 'tfjs-bitcore/training' | 'tfjs-bitcore/folder';

const load = (how: Load, entry: Entry) =>
  how === 'import' ? `await import('${entry}')` : `require('${entry}')`;

/**
 * Loads entries in that order, and uses what each gives with layers of each other one: what belongs to one
 * copy (classes, registries, kernels) is not known to another.
 */
function program(loads: Array<[Load, Entry]>): string {
  return `
const warnings = [];
console.warn = (text) => text.includes('Hi, looks like you') || warnings.push(text);
async function main() {
  require('@tensorflow/tfjs-backend-cpu');
  const tf = require('@tensorflow/tfjs-layers');
  const loaded = [${loads.map(([how, entry]) => load(how, entry)).join(', ')}];
  const layers = loaded.filter(({ bitLinear }) => bitLinear);
  const classes = new Set(layers.map(({ BitLinear }) => BitLinear));
  for (const { bitLinear } of layers) {
    const model = tf.sequential({ layers: [bitLinear({ units: 2, inputShape: [3] })] });
    for (const { setBlend, recommend } of loaded) if (setBlend) setBlend(model, 1), recommend(model);
    for (const { summary } of layers) summary(model);
  }
  console.log('RESULT', classes.size, JSON.stringify(warnings));
}
main().catch((error) => console.log('RESULT', error.stack));`;
}

function resultOf(file: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: ROOT, encoding: 'utf8' });
  const [, result] = /^RESULT ([^]*?)\n$/m.exec(stdout) ?? [];
  return result ?? stderr;
}

const MIXES: Array<Array<[Load, Entry]>> = [
  [
    ['require', 'tfjs-bitcore'],
    ['import', 'tfjs-bitcore/training'],
  ],
  [
    ['import', 'tfjs-bitcore/training'],
    ['require', 'tfjs-bitcore'],
  ],
  [
    ['require', 'tfjs-bitcore/training'],
    ['import', 'tfjs-bitcore'],
  ],
  [
    ['import', 'tfjs-bitcore'],
    ['import', 'tfjs-bitcore/training'],
    ['import', 'tfjs-bitcore/folder'],
    ['require', 'tfjs-bitcore'],
    ['require', 'tfjs-bitcore/training'],
    ['require', 'tfjs-bitcore/folder'],
  ],
];

const titles = MIXES.map((mix) => mix.map((load) => load.join(' ')).join(', then '));
const cases = MIXES.map((mix, i) => [titles[i], mix] as const);

test.each(cases)('one copy in Node: %s', (_name, mix) => {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, program(mix));
  expect(resultOf(file)).toBe('1 []');
});

/** A page's program that was bundled; `folder` has no place there. */
test.each(
  cases.flatMap(([name, mix]) =>
    (['browser', 'node'] as Platform[]).map((platform) => [platform, name, mix] as const),
  ),
)('one copy in a bundle for %s: %s', async (platform, _name, mix) => {
  const source = join(folder, 'source.js');
  writeFileSync(source, program(mix.filter(([, entry]) => entry !== 'tfjs-bitcore/folder')));
  const outfile = join(folder, 'bundle.cjs');
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform,
    external: ['@tensorflow/*'],
    logLevel: 'error',
  });
  expect(resultOf(outfile)).toBe('1 []');
});

test('a bundler that splits shares the code of two entries', async () => {
  const source = (entry: Entry) => {
    const file = join(folder, `${entry.replace('/', '_')}.mjs`);
    writeFileSync(file, `export * from '${entry}';`);
    return file;
  };
  const { metafile } = await build({
    entryPoints: [source('tfjs-bitcore'), source('tfjs-bitcore/training')],
    outdir: join(folder, 'split'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    external: ['@tensorflow/*'],
    metafile: true,
    logLevel: 'error',
  });
  const holders = Object.values(metafile.outputs).map(({ inputs }) => Object.keys(inputs));
  const own = holders.flat().filter((file) => file.startsWith('dist/'));
  expect(own).toContain('dist/training.mjs');
  expect(own.filter((file) => !file.endsWith('.mjs'))).toEqual([]);
  expect(new Set(own).size).toBe(own.length);
});

test('both ways of loading an entry give the same names', () => {
  const file = join(folder, 'names.cjs');
  const names = Object.keys(entries).map((name) =>
    name === 'index' ? 'tfjs-bitcore' : `tfjs-bitcore/${name}`,
  );
  writeFileSync(
    file,
    `const assert = require('node:assert');
    async function main() {
      for (const entry of ${JSON.stringify(names)}) {
        assert.deepEqual(Object.keys(await import(entry)), Object.keys(require(entry)).sort());
      }
      console.log('RESULT', 'same');
    }
    main();`,
  );
  expect(resultOf(file)).toBe('same');
});
