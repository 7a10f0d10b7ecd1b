import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const REPOSITORY = join(__dirname, '../..');

/**
 * Computes large packed products and convolutions on a backend after `setUp`. Prints whether they are those of the
 * portable engine, and the threads of both engines; or the error.
 */
const program = (setUp: string, backend: string) => `
const tf = require('@tensorflow/tfjs');
require('@tensorflow/tfjs-backend-wasm');
const { bitConv2d, engineInfo, packTernary, ternaryMatMul } = require('./dist/index.js');
async function main() {
  await tf.setBackend('${backend}');
  ${setUp}
  const shapes = [[1, 1536, 1536], [2, 1100, 1000], [7, 1030, 701], [300, 768, 769]];
  const products = shapes.map(([rows, inputs, units], i) => ({
    x: tf.randomNormal([rows, inputs]),
    packed: packTernary(tf.randomUniform([inputs, units], -1.49, 1.49).round()),
    scale: tf.randomUniform([i % 2 ? units : 1], 0.1, 1),
    bias: i < 2 ? undefined : tf.randomNormal([units]),
    activation: i < 3 ? 'linear' : 'relu',
  }));
  const images = [[1, 29, 31, 64], [3, 17, 16, 130], [2, 40, 40, 33]];
  const windows = [
    { filters: 65, kernelSize: 3, padding: 'same', activation: 'relu' },
    { filters: 37, kernelSize: [2, 3], strides: 2 },
    { filters: 130, kernelSize: 1 },
  ];
  const convolutions = images.map((shape, i) => {
    const layer = bitConv2d({ ...windows[i], biasInitializer: 'randomNormal' });
    const x = tf.randomNormal(shape);
    layer.apply(x);
    layer.deploy();
    return () => layer.apply(x).dataSync();
  });
  const compute = () => [
    ...products.map((product) => ternaryMatMul(product).dataSync()),
    ...convolutions.map((convolve) => convolve()),
  ];
  // Repeated, for a thread joins at another moment each time, or not at all while it starts.
  const actual = Array.from({ length: 5 }, compute);
  const { threads } = engineInfo();
  actual.push(compute());
  tf.env().set('BITCORE_USE_WASM_SIMD', false);
  const expected = compute();
  const areEqual = actual.every((each) =>
    expected.every((values, i) => values.every((value, j) => value === each[i][j])));
  console.log('RESULT', areEqual, threads, engineInfo().threads);
}
main().catch((error) => console.log('RESULT', error.message));`;

interface Settings {
  readonly backend?: string;
  readonly nodeOptions?: string[];
}

function resultOf(setUp: string, { backend = 'cpu', nodeOptions = [] }: Settings = {}): string {
  const args = [...nodeOptions, '-e', program(setUp, backend)];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  const [, result] = /^RESULT (.*)$/m.exec(stdout) ?? [];
  if (result == null) throw new Error(stderr);
  return result;
}

const setThreads = (threads: string) => `tf.env().set('BITCORE_THREADS', ${threads});`;

test.each([
  ['cpu', 3],
  ['wasm', 1],
  ['wasm', 2],
  ['wasm', 4],
])('on %s, as many threads run as the flag asks for: %i', (backend, threads) => {
  expect(resultOf(setThreads(`${threads}`), { backend })).toBe(`true ${threads} 1`);
});

test.each(['cpu', 'wasm'])('where threads may not be started, one computes all: %s', (backend) => {
  const stable = process.allowedNodeEnvironmentFlags.has('--permission');
  const permission = stable ? '--permission' : '--experimental-permission';
  const nodeOptions = [permission, '--allow-fs-read=*'];
  expect(resultOf(setThreads('3'), { backend, nodeOptions })).toBe('true 1 1');
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
