import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImages } from '../support/idx_images';

jest.setTimeout(180_000);

/** The real command, on a few images that are easy to learn. */

const ROOT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'cnn-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
writeImages(folder, 'train', 64, { compress: true });
writeImages(folder, 't10k', 20, { compress: false });

/** Four windows become ternary; the float stem, head and normalizations stay. */
const TERNARY = [9 * 4 * 8, 8 * 8, 9 * 8 * 16, 16 * 16];
const PACKED = 16 * (8 * 1 + 8 * 1 + 16 * 2 + 16 * 1);
const FLOAT = 26 * 4 + 17 * 10 + 4 * 2 * (8 + 16);

function cnn(...args: string[]) {
  const program = [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), 'examples/cnn/main.ts'];
  const data = [
    '--data',
    'fashion',
    '--fashion-folder',
    folder,
    '--filters',
    '4',
    '--backend',
    'cpu',
  ];
  const files = ['--out', file('nets'), '--json', file('results.json')];
  const options = { cwd: ROOT, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, [...program, ...data, ...files, ...args], options);
}

const results = () => JSON.parse(readFileSync(file('results.json'), 'utf8'));

test('trains both nets, packs the ternary one identically, draws it, and uses the nets again', () => {
  const length = ['--epochs', '4', '--ternary-epochs', '2'];
  const first = cnn(...length, '--distill', '--schedule');
  expect(first.stderr).toMatch(/float =.* 100 %[^]*ternary, distilled, scheduled =.* 100 %/);
  expect(first.status).toBe(0);
  const { rows, identical } = results();
  expect(identical).toBe(true);
  const [float, rounded, ternary, deployed] = rows;
  expect(rows.map(({ net }: typeof float) => net)).toEqual([
    'float',
    'only rounded',
    'ternary',
    'deployed',
  ]);
  expect(deployed.accuracy).toBe(ternary.accuracy);
  const weights = TERNARY.reduce((sum, size) => sum + size, 0);
  for (const { bytes } of [float, rounded, ternary]) expect(bytes).toBe(4 * (weights + FLOAT));
  // A filter has a row of 16 bytes for each 64 weights, a kernel has a scale.
  expect(deployed.bytes).toBe(PACKED + 4 * (TERNARY.length + FLOAT));
  expect(first.stdout).toContain('The deployed net is bit-identical to its ternary one.');
  expect(readFileSync(join(file('nets'), 'accuracy.svg'), 'utf8')).toMatch(/^<svg[^]*only rounded/);

  const again = cnn(...length, '--distill', '--schedule');
  expect(again.stderr).not.toContain('100 %');
  const figures = (all: typeof rows) => all.map((row: typeof float) => ({ ...row, latencyMs: 0 }));
  expect(figures(results().rows)).toEqual(figures(rows));

  const other = cnn('--epochs', '2', '--ternary-epochs', '1');
  expect(other.status).toBe(1);
  expect(other.stderr).toContain('other settings (epochs: 4, now 2)');
});

test('packs a MobileNet with made-up weights', () => {
  const { status, stdout } = cnn('--mobilenet');
  expect(status).toBe(0);
  const { rows, identical } = results();
  expect(identical).toBe(true);
  const [float, deployed] = rows;
  expect(float.bytes / deployed.bytes).toBeGreaterThan(8);
  expect(float.latencyMs).toBeGreaterThan(0);
  expect(stdout).toMatch(/depthwise: few inputs[^]*block_16_project +\[960,320\] +bitnet/);
});

test('data that is not there is refused before anything is trained', () => {
  const { status, stderr } = cnn('--fashion-folder', file('none'), '--out', file('other'));
  expect(status).toBe(1);
  expect(stderr).toContain('apt-get install dataset-fashion-mnist');
  expect(existsSync(file('other'))).toBe(false);
});
