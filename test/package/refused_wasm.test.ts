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
 * Computes a product that is large enough for several threads, and prints one value of it, the engine and a
 * normalized row. Threads that were started have time to begin.
 */
const PROGRAM = `
  const tf = require('@tensorflow/tfjs');
  const { ready, engineInfo, ternaryMatMul, packTernary, rmsNormalization } = require('tfjs-bitcore');
  (async () => {
    await tf.setBackend('cpu');
    await ready();
    const packed = packTernary(tf.ones([1024, 1024]));
    const y = ternaryMatMul({ x: tf.ones([8, 1024]), packed, scale: tf.tensor1d([1]) });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const row = rmsNormalization({ epsilon: 1e-30 }).apply(tf.tensor2d([[3, 3]]));
    console.log(y.dataSync()[0], engineInfo().engine, ...row.dataSync());
  })();`;

function run(command: string, env: NodeJS.ProcessEnv = {}): string {
  const options = { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], options);
  expect(status === 0 ? '' : stderr).toBe('');
  return stdout.trim().split('\n').at(-1)!;
}

const node = `"${process.execPath}"`;
function preload(name: string, code: string): string {
  const file = join(folder, name);
  writeFileSync(file, code);
  return file;
}

test('an address space that has no room for the WebAssembly.Memory of Node 20', () => {
  // One thread: V8 ends the process if there is no room for that of another one.
  const env = { PROGRAM: PROGRAM.replace('await ready()', "tf.env().set('BITCORE_THREADS', 1)") };
  const answer = run(`ulimit -v 4000000; ${node} --eval "$PROGRAM"`, env);
  const [major] = process.versions.node.split('.');
  expect(answer).toMatch(major === '20' ? /^1024 portable 1 1$/ : /^1024 \w+ 1 1$/);
});

test('a policy without wasm-unsafe-eval: ready() resolves, and the portable engine computes', () => {
  const policy = preload(
    'policy.cjs',
    `const refuse = () => { throw new WebAssembly.CompileError('refused by a policy'); };
     WebAssembly.compile = WebAssembly.instantiate = async () => refuse();
     WebAssembly.Module = class { constructor() { refuse(); } };`,
  );
  expect(run(`${node} --require "${policy}" --eval "$PROGRAM"`, { PROGRAM })).toBe(
    '1024 portable 1 1',
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
