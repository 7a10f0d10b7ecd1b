import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const REPOSITORY = join(__dirname, '../..');

/**
 * Computes a large packed product on the backend cpu after `setUp`. Prints whether it is that of the portable engine,
 * and the threads of both engines; or the error.
 */
const program = (setUp: string) => `
const tf = require('@tensorflow/tfjs');
const { engineInfo, packTernary, ternaryMatMul } = require('./dist/index.js');
async function main() {
  await tf.setBackend('cpu');
  ${setUp}
  const packed = packTernary(tf.randomUniform([1536, 1536], -1.49, 1.49).round());
  const [x, scale] = [tf.randomNormal([1, 1536]), tf.tensor1d([0.5])];
  const compute = () => ternaryMatMul({ x, packed, scale }).dataSync();
  const actual = compute();
  const { threads } = engineInfo();
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  const expected = compute();
  console.log('RESULT', expected.every((value, i) => value === actual[i]), threads, engineInfo().threads);
}
main().catch((error) => console.log('RESULT', error.message));`;

function resultOf(setUp: string, nodeOptions: string[] = []): string {
  const args = [...nodeOptions, '-e', program(setUp)];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  const [, result] = /^RESULT (.*)$/m.exec(stdout) ?? [];
  if (result == null) throw new Error(stderr);
  return result;
}

const setThreads = (threads: string) => `tf.env().set('BITCORE_THREADS', ${threads});`;

test('as many threads run as the flag asks for', () => {
  expect(resultOf(setThreads('3'))).toBe('true 3 1');
});

test('where threads may not be started, the calling one computes all', () => {
  const stable = process.allowedNodeEnvironmentFlags.has('--permission');
  const permission = stable ? '--permission' : '--experimental-permission';
  const options = [permission, '--allow-fs-read=*'];
  expect(resultOf(setThreads('3'), options)).toBe('true 1 1');
});

test('where threads do not exist, as in browsers, or may not be waited for, the flag asks in vain', () => {
  expect(resultOf(`process.getBuiltinModule = undefined; ${setThreads('3')}`)).toBe('true 1 1');
  const forbidden = "Atomics.wait = () => { throw new TypeError('not in this context'); };";
  expect(resultOf(forbidden + setThreads('3'))).toBe('true 1 1');
});

test.each(['0', '-1', '2.5', 'NaN'])('BITCORE_THREADS %s is refused', (threads) => {
  expect(resultOf(setThreads(threads))).toContain(
    `tf.env(): BITCORE_THREADS must be an integer of at least 1, got ${threads}.`,
  );
});
