import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'report-'));
afterAll(() => rmSync(folder, { recursive: true }));

function layer(name: string, zero: number) {
  const rest = (1 - zero) / 2;
  const shares = { negative: rest, zero, positive: rest };
  return { path: name, ...shares, flips: 0.1, scale: 0.02, saturation: 0.4, entropy: 1.5 };
}

function line(epoch: number, loss: number | null, zero: number): string {
  return JSON.stringify({ epoch, logs: { loss }, layers: [layer('a<b', zero), layer('c', 0.25)] });
}

function report(text: string) {
  const file = join(folder, 'run.jsonl');
  writeFileSync(file, text);
  const args = [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), 'examples/report/main.ts', file];
  return spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
}

test('draws each epoch once, the later of two, and says what the last one was', () => {
  const { status, stderr } = report(
    [line(0, 2, 0.5), line(1, 9, 0.9), line(1, null, 0.375), line(2, 1, 0.125), ''].join('\n'),
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const svg = readFileSync(join(folder, 'run.svg'), 'utf8');
  expect(svg).toMatch(/^<svg/);
  for (const text of ['a&lt;b', 'loss', 'Share of zeros', 'Scale']) expect(svg).toContain(text);
  // Vega describes each point for screen readers; a loss that was not finite has none.
  const points = (series: string) => svg.split(`series: ${series}"`).length - 1;
  expect(points('loss')).toBeGreaterThanOrEqual(2);
  const html = readFileSync(join(folder, 'run.html'), 'utf8');
  expect(html).toContain('3 epochs');
  expect(html).toContain('After epoch 3');
  expect(html).toContain(
    '<th>a&lt;b</th><td>0.438</td><td>0.125</td><td>0.438</td><td>0.100</td><td>0.0200</td>',
  );
  expect(html).toContain(svg);
});

test('draws training that ended in NaN', () => {
  const lost = { ...layer('c', 0), negative: 0, positive: 0, scale: null };
  const last = JSON.stringify({ epoch: 1, logs: { loss: null }, layers: [lost] });
  const { status, stderr } = report(`${line(0, 2, 0.5)}\n${last}\n`);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  expect(readFileSync(join(folder, 'run.html'), 'utf8')).toContain('<td>not finite</td>');
});

test.each([
  ['\n', 'no epoch in it.'],
  [`${line(0, 1, 0.5)}\n{"epoch": 1`, 'line 2 is not {epoch, logs, layers}.'],
  ['{"epoch": 0}', 'line 1 is not {epoch, logs, layers}.'],
])('refuses %j', (text, message) => {
  const { status, stderr } = report(text);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
});
