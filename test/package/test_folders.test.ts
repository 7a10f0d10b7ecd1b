import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/*
 * Every test runs in a project of jest.config.js: one in a folder that none matches would never fail.
 */

const ROOT = join(__dirname, '../..');

/** What is in test/ beside tests: what they use, and the types that tsc checks. */
const WITHOUT_TESTS = ['fixtures', 'golden', 'setup', 'support', 'topologies', 'types'];

function testsOfAllProjects(): Set<string> {
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const options = { cwd: ROOT, encoding: 'utf8' } as const;
  const { stdout } = spawnSync(process.execPath, [jest, '--listTests'], options);
  return new Set(stdout.trim().split('\n'));
}

const tests = testsOfAllProjects();

test('every file with tests belongs to a project', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(test|spec)\.[cm]?[jt]sx?$/.test(name))
    .map((name) => join(ROOT, 'test', name));
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((file) => !tests.has(file))).toEqual([]);
});

test('every folder of test/ has tests that run, or is known to have none', () => {
  const folders = readdirSync(join(ROOT, 'test'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const run = [...tests].map((file) => relative(join(ROOT, 'test'), file).split(sep)[0]);
  expect(folders.filter((name) => !run.includes(name))).toEqual(WITHOUT_TESTS);
});
