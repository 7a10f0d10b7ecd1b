import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImages } from '../support/idx_images';
import { present } from '../support/present';

const ROOT = join(__dirname, '../..');
const EXAMPLES = 256;

const folder = mkdtempSync(join(tmpdir(), 'reproduce-'));
const results = join(folder, 'runs.jsonl');
afterAll(() => rmSync(folder, { recursive: true }));

writeImages(folder, 'train', EXAMPLES, { compress: true });
writeImages(folder, 't10k', EXAMPLES, { compress: false });

function reproduce(...args: string[]) {
  const program = [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), 'benchmarks/accuracy/main.ts'];
  const files = ['--results', results, '--out', folder, '--fashion-folder', folder];
  const options = ['--data', 'fashion', '--backend', 'wasm', ...files, ...args];
  return spawnSync(process.execPath, [...program, ...options], { cwd: ROOT, encoding: 'utf8' });
}

const readRuns = () =>
  readFileSync(results, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const document = () => readFileSync(join(folder, 'accuracy.md'), 'utf8');

/** A table's row by its first cells. */
function row(...first: string[]): string[] {
  const rows = document()
    .split('\n')
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  return present(rows.find((cells) => first.every((cell, i) => cells[i] === cell)));
}

test('trains, writes a table, and repeats only what is not finished', () => {
  const quick = ['--quantizers', 'float', 'bitnet', '--epochs', '4'];
  const first = reproduce(...quick, '--seeds', '1');
  expect(first.status).toBe(0);
  expect(first.stdout).toContain('2 runs, 0 finished before.');
  const [float, bitnet] = readRuns();
  expect(bitnet).toMatchObject({ data: 'fashion', quantizer: 'bitnet', recipe: 'plain', seed: 1 });
  expect(bitnet.accuracy).toBeGreaterThan(50);
  expect(bitnet.place).toMatch(/^wasm on \d+ cores of /);
  expect(Object.keys(float.rounded)).toEqual([
    'bitnet',
    'bitnet:perOutput',
    'twn',
    'twn:perOutput',
  ]);

  const second = reproduce(...quick, '--seeds', '2');
  expect(second.stdout).toContain('4 runs, 2 finished before.');
  const runs = readRuns();
  expect(runs.slice(0, 2)).toEqual([float, bitnet]);
  expect(runs.map(({ quantizer, seed }) => `${quantizer} ${seed}`).slice(2)).toEqual([
    'float 2',
    'bitnet 2',
  ]);

  const [a, b] = [bitnet.accuracy, runs[3].accuracy];
  const deviation = Math.abs(a - b) / Math.SQRT2;
  expect(row('bitnet').slice(1, 3)).toEqual([
    `${((a + b) / 2).toFixed(2)} (${deviation.toFixed(2)})`,
    '2',
  ]);
  expect(document()).toContain(`beside other work: ${bitnet.place}.`);
  expect(document()).toContain('## Fashion-MNIST, 4 epochs from scratch, 256 examples');
  expect(document()).toContain('--quantizers float bitnet --seeds 2 --epochs 4 --examples 256');
  expect(readFileSync(join(folder, 'accuracy.svg'), 'utf8')).toMatch(/^<svg/);
});

test('compares recipes, each seed with its own plain training', () => {
  const { status } = reproduce(
    ...['--quantizers', 'float', 'lsq', '--recipes', 'plain', 'schedule', 'both'],
    ...['--from', 'float', '--seeds', '1', '--epochs', '1'],
  );
  expect(status).toBe(0);
  const [plain, schedule, both] = readRuns().slice(4);
  expect([plain, schedule, both].map(({ recipe }) => recipe)).toEqual([
    'plain',
    'schedule',
    'both',
  ]);
  expect(plain.floatAccuracy).toBe(both.floatAccuracy);
  const gain = both.accuracy - plain.accuracy;
  expect(row('lsq', 'both').slice(4, 6)).toEqual([
    `${gain < 0 ? '' : '+'}${gain.toFixed(2)}`,
    `${gain > 0 ? 1 : 0} of 1`,
  ]);
});

test('quantizers stay beside the float net where one of them also has another recipe', () => {
  const [, bitnet] = readRuns();
  appendFileSync(results, `${JSON.stringify({ ...bitnet, recipe: 'schedule', accuracy: 12.5 })}\n`);
  const { stdout } = reproduce('--quantizers', 'bitnet', '--epochs', '4', '--seeds', '1');
  expect(stdout).toContain('1 runs, 1 finished before.');
  expect(document()).toMatch(/\| quantizer +\| accuracy, % +\| seeds \| reference/);
  expect(row('bitnet', 'schedule')).toContain('12.50');
});

test('a net of convolutions has a section of its own, by both scales of its inputs', () => {
  const mlp = readRuns()[0];
  const finished = join(folder, 'cnn.jsonl');
  const ofNet = (quantizer: string, accuracy: number) =>
    JSON.stringify({ ...mlp, net: 'cnn', quantizer, accuracy });
  const lines = [
    JSON.stringify(mlp),
    ofNet('float', 90),
    ofNet('bitnet', 89.5),
    ofNet('bitnet:position', 89.75),
  ];
  writeFileSync(finished, lines.join('\n'));
  const names = ['float', 'bitnet', 'bitnet:position'];
  const { stdout } = reproduce(
    ...['--net', 'cnn', '--quantizers', ...names, '--epochs', '4', '--seeds', '1'],
    ...['--results', finished],
  );
  expect(stdout).toContain('3 runs, 3 finished before.');
  const title = '## Fashion-MNIST, net of convolutions, 4 epochs from scratch, 256 examples';
  expect(document()).toContain(title);
  expect(document()).toContain(
    `--net cnn --data fashion --quantizers ${names.join(' ')} --seeds 1`,
  );
  expect(row('bitnet')).toContain('-0.50');
  expect(row('bitnet:position')).toContain('-0.25');
});

test('linear layers have no positions, and a line without a net is one of theirs', () => {
  const { net, ...old } = readRuns()[1];
  expect(net).toBe('mlp');
  const before = join(folder, 'before.jsonl');
  writeFileSync(before, `${JSON.stringify(old)}\n`);
  const names = ['--quantizers', 'bitnet', 'bitnet:position'];
  const { stdout } = reproduce(...names, '--epochs', '4', '--seeds', '1', '--results', before);
  expect(stdout).toContain('1 runs, 1 finished before.');
});

test('names a line that is no run, and data that is not there', () => {
  const { stderr, status } = reproduce('--fashion-folder', join(folder, 'none'));
  expect(status).toBe(1);
  expect(stderr).toContain('apt-get install dataset-fashion-mnist');
  appendFileSync(results, '{"accuracy":\n');
  expect(reproduce().stderr).toContain('line 9 is no finished run');
});
