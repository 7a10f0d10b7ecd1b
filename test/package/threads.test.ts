import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const REPOSITORY = join(__dirname, '../..');

/** Runs a large packed product on the backend cpu after `setUp`; prints whether it is right, or the error. */
const program = (setUp: string) => `
const tf = require('@tensorflow/tfjs');
const { bitLinear, deploy, engineInfo } = require('./dist/index.js');
async function main() {
  await tf.setBackend('cpu');
  ${setUp}
  const model = tf.sequential({ layers: [bitLinear({ units: 1536, inputShape: [1536] })] });
  const deployed = deploy(model);
  const x = tf.randomNormal([1, 1536]);
  const [expected, actual] = [model, deployed].map((net) => net.predict(x).dataSync());
  const right = expected.every((value, i) => value === actual[i]);
  console.log('RESULT', right, engineInfo().threads);
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
  expect(resultOf(setThreads('3'))).toBe('true 3');
});

test('where threads may not be started, the calling one computes all', () => {
  const stable = process.allowedNodeEnvironmentFlags.has('--permission');
  const permission = stable ? '--permission' : '--experimental-permission';
  const options = [permission, '--allow-fs-read=*'];
  expect(resultOf(setThreads('3'), options)).toBe('true 1');
});

test('where threads do not exist, as in browsers, or may not be waited for, the flag asks in vain', () => {
  expect(resultOf(`process.getBuiltinModule = undefined; ${setThreads('3')}`)).toBe('true 1');
  const forbidden = "Atomics.wait = () => { throw new TypeError('not in this context'); };";
  expect(resultOf(forbidden + setThreads('3'))).toBe('true 1');
});

test.each(['0', '-1', '2.5', 'NaN'])('BITCORE_THREADS %s is refused', (threads) => {
  expect(resultOf(setThreads(threads))).toContain(
    `tf.env(): BITCORE_THREADS must be an integer of at least 1, got ${threads}.`,
  );
});
