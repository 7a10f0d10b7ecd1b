import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

jest.setTimeout(120_000);

/** The real command, with a small net on sums. */

const ROOT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'gpt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const SUMS = Array.from(
  { length: 1600 },
  (_, i) => `${i % 40} plus ${i % 7} is ${(i % 40) + (i % 7)}.\n`,
);
writeFileSync(file('sums.txt'), SUMS.join(''));

const NET = ['--layers', '1', '--width', '64', '--heads', '2', '--context', '16', '--batch', '8'];

function gpt(...args: string[]) {
  const program = [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), 'examples/gpt/main.ts'];
  const common = [...NET, '--text', file('sums.txt'), '--out', file('nets'), '--backend', 'wasm'];
  const options = { cwd: ROOT, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, [...program, ...common, ...args], options);
}

function results(...args: string[]) {
  const { status, stdout, stderr } = gpt(...args, '--json', file('results.json'));
  expect(stderr).not.toContain('Error');
  expect(status).toBe(0);
  return { stdout, stderr, ...JSON.parse(readFileSync(file('results.json'), 'utf8')) };
}

test('trains both nets, deploys identically, writes, and uses the nets again', () => {
  const args = ['--steps', '60', '--generate', '40', '--temperature', '0.5'];
  const first = results(...args, '--markdown', file('gpt.md'));
  const { loss, identical, bytes, speeds, text, stdout, stderr } = first;
  expect(stderr).toMatch(/float =.* 100 %[^]*bitnet =.* 100 %/);
  expect(identical).toBe(true);
  expect(loss.deployed).toBe(loss.bitnet);
  const uniform = Math.log(new Set(SUMS.join('')).size);
  for (const net of ['float', 'bitnet']) {
    expect(loss[net]).toBeGreaterThan(0);
    expect(loss[net]).toBeLessThan(uniform - 0.5);
  }
  // 4 kernels of 64 by 64, up and down: 2 bits and a scale each instead of 32 bits a weight.
  const weights = 4 * 64 * 64 + 2 * 64 * 256;
  expect(bytes.bitLinear).toEqual({ float: 4 * weights, deployed: weights / 4 + 6 * 4 });
  expect(speeds).toEqual([
    {
      backend: 'wasm',
      stock: expect.any(Number),
      float: expect.any(Number),
      deployed: expect.any(Number),
    },
  ]);
  expect(text).toMatch(/^\[[0-9 a-z.\n]{16}\][0-9 a-z.\n]{40}$/);
  expect(stdout).toContain(text);
  const document = readFileSync(file('gpt.md'), 'utf8');
  for (const part of [loss.float.toFixed(4), loss.deployed.toFixed(4), '**yes**', text.trim()]) {
    expect(document).toContain(part);
  }

  const again = results(...args);
  expect(again.stderr).not.toContain('100 %');
  expect({ ...again, stdout, stderr, speeds }).toEqual(first);

  const other = gpt('--steps', '50');
  expect(other.status).toBe(1);
  expect(other.stderr).toContain('other settings (steps: 60, now 50)');
});

test.each([
  ['a text that is too short', ['--text', 'SHORT'], 'at least 170 characters, got 3'],
  ['a prompt of unknown characters', ['--prompt', 'Q'], 'The text of the training has no "Q"'],
  ['no prompt', ['--prompt', ''], '--prompt must have at least one character'],
  ['heads that do not divide the width', ['--heads', '3'], '--heads must divide --width'],
  ['odd steps', ['--steps', '150'], 'at most 100, or a multiple of it'],
  ['a negative temperature', ['--temperature', '-1'], 'a number of at least 0'],
])('%s: refused before anything is trained', (_what, args, message) => {
  writeFileSync(file('short.txt'), 'abc');
  const given = args.map((arg) => arg.replace('SHORT', file('short.txt')));
  const { status, stdout, stderr } = gpt('--out', file('none'), ...given);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stdout).toBe('');
});
