import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as bitcore from '../../src';
import * as training from '../../src/training';
import * as vision from '../../src/vision';

const ROOT = join(__dirname, '../..');

interface Example {
  readonly place: string;
  readonly code: string;
}

/** The blocks ```js of a file; in a TypeScript file, those of its comments. */
function examplesIn(file: string): Example[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const blocks = [...text.matchAll(/^( \* | {3}\* |)```js\n([^]*?)^\1```$/gm)];
  return blocks.map(({ 1: margin, 2: block, index }) => ({
    place: `${file}:${text.slice(0, index).split('\n').length}`,
    code: block
      .split('\n')
      .map((line) => line.replace(margin.trimEnd(), ''))
      .join('\n'),
  }));
}

/** An expression with a literal as its comment must have that value: `layer.units; // 3`. */
function withChecks(code: string): string {
  const claim = /^ *(?!const |let )(.+); *\/\/ (true|false|-?[\d.]+|\[.*\]|'.*')$/gm;
  return code.replace(claim, 'assert.deepEqual($1, $2);');
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

// docs/api repeats the docstrings.
const pages = filesIn('docs', '.md').filter((file) => !file.startsWith('docs/api/'));
const examples = ['README.md', ...pages, ...filesIn('src', '.ts')].flatMap(examplesIn);

// An example begins a training, which `checkpoints` refuses in the places of an earlier one.
beforeAll(() => rmSync(join(ROOT, 'models/run'), { recursive: true, force: true }));

// Run against dist/, as `npm test` has built it, by the names that users import.
test.each(examples.map(({ place, code }) => [place, code]))('%s runs', (_, code) => {
  const globals = join(__dirname, 'example_globals.mjs');
  const args = ['--import', globals, '--input-type=module', '--eval', withChecks(code)];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  expect(status === 0 ? '' : stderr).toBe('');
});

test('a wrong claim in an example would be found', () => {
  expect(withChecks('a.b; // true\n  f(1); // [2, 4]\nconst c = 1; // 1\nd(); // or so')).toBe(
    'assert.deepEqual(a.b, true);\nassert.deepEqual(f(1), [2, 4]);\nconst c = 1; // 1\nd(); // or so',
  );
});

test('every export has an example', () => {
  const code = examples.map((example) => example.code).join('\n');
  const names = Object.keys({ ...bitcore, ...training, ...vision });
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
});
