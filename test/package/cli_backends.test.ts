import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { bitLinear } from '../../src';
import { runProgram } from '../support/cli';
import { newFolder, removeFolders, saved } from '../support/folders';
import { installedWith } from '../support/installed';

beforeAll(() => tf.setBackend('wasm'));
afterAll(removeFolders);

/** Deploys and verifies. */
async function verifyWith(...packages: string[]) {
  const model = tf.sequential({ layers: [bitLinear({ units: 3, inputShape: [4] })] });
  const { program } = installedWith(...packages);
  const [from, to] = [await saved(model), newFolder()];
  const deployed = runProgram(program, ['deploy', from, to]);
  return deployed.code === 0 ? runProgram(program, ['verify', from, to]) : deployed;
}

test.each([
  ['wasm', ['tfjs-backend-wasm']],
  ['cpu', ['tfjs-backend-cpu']],
  ['wasm', ['tfjs-backend-wasm', 'tfjs-backend-cpu']],
])('computes on %s with %j installed', async (backend, packages) => {
  const answer = await verifyWith('tfjs-core', 'tfjs-layers', ...packages);
  expect(answer).toMatchObject({ code: 0, stderr: '' });
  expect(answer.stdout).toMatch(`Verified on 32 random inputs, backend ${backend}.`);
});

test('says what to install where there is no backend', async () => {
  const { code, stdout, stderr } = await verifyWith('tfjs-core', 'tfjs-layers');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^Error: no backend .* `npm install @tensorflow\/tfjs-backend-wasm`.*\n$/);
});

test('says what is missing where there is no TensorFlow.js, and still helps', async () => {
  const { code, stderr } = await verifyWith();
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^Error: Cannot find module '@tensor/)]);
  expect(runProgram(installedWith().program, ['--help']).code).toBe(0);
});
