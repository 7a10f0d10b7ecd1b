import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * Programs around which the system, a policy or NODE_OPTIONS stands in the way of WebAssembly and threads.
 */

const ROOT = join(__dirname, '../..');
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tfjs-bitcore-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Computes a product that is large enough for several threads, and prints one value of it, the engine, its threads
 * and a normalized row. Threads that were started have time to begin.
 */
const PROGRAM = `
  const tf = require('@tensorflow/tfjs');
  const { ready, engineInfo, ternaryMatMul, packTernary, rmsNormalization } = require('tfjs-bitcore');
  (async () => {
    await tf.setBackend('cpu');
    await ready();
    tf.env().set('BITCORE_THREADS', 2);
    const packed = packTernary(tf.ones([1024, 1024]));
    const y = ternaryMatMul({ x: tf.ones([8, 1024]), packed, scale: tf.tensor1d([1]) });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const row = rmsNormalization({ epsilon: 1e-30 }).apply(tf.tensor2d([[3, 3]]));
    const { engine, threads } = engineInfo();
    console.log(y.dataSync()[0], engine, threads, ...row.dataSync());
  })();`;

/** The last line that a command prints. Which one of the relaxed engines is the faster one is left to calibration. */
function run(command: string, env: NodeJS.ProcessEnv): string {
  return output(command, env)
    .at(-1)!
    .replace(/relaxedDot(16|32)/, 'relaxed');
}

function output(command: string, env: NodeJS.ProcessEnv): string[] {
  const options = { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], options);
  expect(status === 0 ? '' : stderr).toBe('');
  return stdout.trim().split('\n');
}

const node = `"${process.execPath}"`;
function preload(name: string, code: string): string {
  const file = join(folder, name);
  writeFileSync(file, code);
  return file;
}

const [major] = process.versions.node.split('.');

/** V8 of Node 20 and 22 reserves 10.5 GB for a memory or refuses it; that of Node 24 makes do with less. */
const withoutMemory = major === '24' ? '1024 relaxed' : '1024 portable';

test.each([
  [4, `${withoutMemory} 1 1 1`],
  [8, `${withoutMemory} ${major === '24' ? 2 : 1} 1 1`],
  [14, `1024 ${major === '20' ? 'simd128' : 'relaxed'} 2 1 1`],
])('an address space of %i GB', (gigabytes, answer) => {
  expect(run(`ulimit -v ${gigabytes}000000; ${node} --eval "$PROGRAM"`, { PROGRAM })).toBe(answer);
});

test('a system that grants no memory for threads to share: one thread computes', () => {
  const file = preload(
    'unshared.cjs',
    `const { Memory } = WebAssembly;
     WebAssembly.Memory = class extends Memory {
       constructor(limits) {
         if (limits.shared) throw new RangeError('WebAssembly.Memory(): could not allocate memory');
         super(limits);
       }
     };`,
  );
  expect(run(`${node} --require "${file}" --eval "$PROGRAM"`, { PROGRAM })).toMatch(
    /^1024 (simd128|relaxed) 1 1 1$/,
  );
});

test.each([1, 2])('a memory that may not grow above %i times 64 KB', (pages) => {
  const file = preload(
    'small.cjs',
    `const { Memory } = WebAssembly;
     WebAssembly.Memory = class extends Memory {
       constructor(limits) { super({ ...limits, maximum: ${pages} }); }
     };`,
  );
  // JavaScript computes what finds no room; what comes before and after it is right, too.
  const small = `ternaryMatMul({
    x: tf.ones([1, 64]), packed: packTernary(tf.ones([64, 8])), scale: tf.ones([1])
  })`;
  const long = 'rmsNormalization({ epsilon: 1e-30 }).apply(tf.fill([1, 100000], 3))';
  const program = PROGRAM.replace(
    'const packed',
    `console.log(${small}.dataSync()[7]); const packed`,
  ).replace(
    'const row',
    `console.log(${long}.dataSync()[99999], ${small}.dataSync()[7]); const row`,
  );
  const lines = output(`${node} --require "${file}" --eval "$PROGRAM"`, { PROGRAM: program });
  expect(lines).toEqual(['64', '1 64', expect.stringMatching(/^1024 \w+ \d 1 1$/)]);
});

test.each([
  [['FinalizationRegistry'], /^1024 (simd128|relaxed) 2 1 1$/],
  [['FinalizationRegistry', 'atob', 'WebAssembly'], /^1024 portable 1 1 1$/],
])('a JavaScript engine without %j', (names, answer) => {
  const file = preload('missing.cjs', names.map((name) => `delete globalThis.${name};`).join('\n'));
  expect(run(`${node} --require "${file}" --eval "$PROGRAM"`, { PROGRAM })).toMatch(answer);
});

test('a system that grants no memory beside the heap of the backend wasm: the portable engine computes', () => {
  const file = preload(
    'none.cjs',
    `WebAssembly.Memory = class {
       constructor() { throw new RangeError('WebAssembly.Memory(): could not allocate memory'); }
     };`,
  );
  const program = PROGRAM.replace(
    "await tf.setBackend('cpu')",
    "require('@tensorflow/tfjs-backend-wasm'); await tf.setBackend('wasm')",
  );
  expect(run(`${node} --require "${file}" --eval "$PROGRAM"`, { PROGRAM: program })).toBe(
    '1024 portable 1 1 1',
  );
});

test('a policy without wasm-unsafe-eval: ready() resolves, and the portable engine computes', () => {
  const policy = preload(
    'policy.cjs',
    `const refuse = () => { throw new WebAssembly.CompileError('refused by a policy'); };
     WebAssembly.compile = WebAssembly.instantiate = async () => refuse();
     WebAssembly.Module = class { constructor() { refuse(); } };`,
  );
  expect(run(`${node} --require "${policy}" --eval "$PROGRAM"`, { PROGRAM })).toBe(
    '1024 portable 1 1 1',
  );
});

test('a program of NODE_OPTIONS runs once, and not in the threads of products', () => {
  const log = join(folder, 'log');
  writeFileSync(log, '');
  const counting = preload(
    'counting.cjs',
    `require('node:fs').appendFileSync(${JSON.stringify(log)}, 'ran\\n');`,
  );
  const env = { PROGRAM, NODE_OPTIONS: `--require ${counting}` };
  expect(run(`${node} --eval "$PROGRAM"`, env)).toMatch(/^1024 /);
  expect(readFileSync(log, 'utf8')).toBe('ran\n');
});
