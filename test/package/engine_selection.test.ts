import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { EnginesReport } from './engines_program';

jest.setTimeout(120_000);

/*
 * V8 of Node 20 has relaxed SIMD behind a flag, and its baseline compiler then sums wrongly in one of
 * the two engines: a real engine that compiles, runs, and must be refused.
 */
const isNode20 = process.versions.node.startsWith('20.');
const RELAXED = isNode20 ? ['--experimental-wasm-relaxed-simd'] : [];

/** What engines_program.ts reports in a process of this Node with these options. */
function enginesWith(nodeOptions: string[], flags: string[] = []): EnginesReport {
  const program = join(__dirname, 'engines_program.ts');
  const args = [...nodeOptions, '--import', 'tsx', program, ...flags];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
  return JSON.parse(stdout) as EnginesReport;
}

test('an engine is used exactly where its results are right, in baseline code', () => {
  const { info, compared, wrongByOp, wrongByEngine } = enginesWith([...RELAXED, '--liftoff-only']);
  expect(compared).toBeGreaterThan(300);
  expect(wrongByOp).toBe(0);
  expect(Object.keys(wrongByEngine).sort()).toEqual(['relaxedDot16', 'relaxedDot32', 'simd128']);
  for (const [engine, wrong] of Object.entries(wrongByEngine)) {
    const state = wrong > 0 ? 'wrong results' : 'works';
    expect([engine, info.engines[engine as keyof typeof wrongByEngine]]).toEqual([engine, state]);
  }
  expect(info.engines.relaxedDot32).toBe(isNode20 ? 'wrong results' : 'works');
  expect(info.engines[info.engine as keyof typeof info.engines]).toBe('works');
});

test('products are right while V8 optimizes the microkernels', () => {
  const { info, wrongByOp } = enginesWith(RELAXED);
  expect(wrongByOp).toBe(0);
  expect(info.engines.relaxedDot32).toBe(isNode20 ? 'wrong results' : 'works');
});

test('an engine with wrong results is not used though a flag asks for it', () => {
  const { info, wrongByOp } = enginesWith(RELAXED, ['BITCORE_RELAXED_DOT=32']);
  expect(info.engine).toBe(isNode20 ? 'simd128' : 'relaxedDot32');
  expect(info.engines.relaxedDot16).toBe('forbidden by a flag');
  expect(wrongByOp).toBe(0);
});

test.each(['8', 'NaN'])('BITCORE_RELAXED_DOT %s is refused', (dot) => {
  expect(() => enginesWith([], [`BITCORE_RELAXED_DOT=${dot}`])).toThrow(
    `tf.env(): BITCORE_RELAXED_DOT must be 16, 32, or 0 to measure, got ${dot}.`,
  );
});
