import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { bitLinear } from '../../src';
import { cli, json } from '../support/cli';
import {
  bytesIn,
  filesIn,
  newFolder,
  removeFolders,
  saved,
  savedWithoutDigests,
} from '../support/folders';

/*
 * Models that the command takes by the path of a JSON file.
 */

jest.setTimeout(60_000);
beforeAll(() => tf.setBackend('wasm'));
afterAll(removeFolders);

function net(): tf.LayersModel {
  const layers = [tf.layers.dense({ units: 4, inputShape: [5] }), bitLinear({ units: 3 })];
  return tf.sequential({ layers });
}

/** tiny.json and tiny.weights.bin, as downloads://tiny writes them. */
async function downloaded(): Promise<{ file: string; folder: string }> {
  const folder = await savedWithoutDigests(net());
  const text = readFileSync(join(folder, 'model.json'), 'utf8');
  renameSync(join(folder, 'model.json'), join(folder, 'tiny.json'));
  renameSync(join(folder, 'weights.bin'), join(folder, 'tiny.weights.bin'));
  const file = join(folder, 'tiny.json');
  writeFileSync(file, text.replace('weights.bin', './tiny.weights.bin'));
  return { file, folder };
}

test('NAME.json: deployed, verified and shown; the output may be beside it', async () => {
  const { file, folder } = await downloaded();
  const before = filesIn(folder);
  const to = newFolder();
  const beside = join(folder, 'deployed');
  json('deploy', file, to);
  expect(json('verify', file, to)).toMatchObject({ verified: true });
  expect(json('verify', file, join(to, 'model.json'))).toMatchObject({ verified: true });
  expect(cli('summary', file)).toMatchObject({ code: 0, stderr: '' });
  expect(filesIn(folder)).toEqual(before);
  json('deploy', file, beside);
  expect(bytesIn(beside)).toEqual(bytesIn(to));
});

test('model.json by its path gives what its folder gives, also inside that folder', async () => {
  const from = await saved(net());
  const [a, b] = [newFolder(), join(from, 'deployed')];
  json('deploy', from, a);
  json('deploy', join(from, 'model.json'), b);
  expect(bytesIn(b)).toEqual(bytesIn(a));
});

test('an output that would overwrite the input is refused', async () => {
  const { file, folder } = await downloaded();
  const before = filesIn(folder);
  for (const to of [folder, file, join(folder, '.'), join(file, 'out')]) {
    const { code, stderr } = cli('deploy', file, to);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^Error: tfjs-bitcore: OUT_DIR must be /),
    ]);
  }
  expect(filesIn(folder)).toEqual(before);
});

test('errors name the file', async () => {
  const { file, folder } = await downloaded();
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"class_name":"Dense"', '"class_name":"Foo"'));
  const to = newFolder();
  const { code, stderr } = cli('deploy', file, to);
  expect([code, existsSync(to)]).toEqual([2, false]);
  expect(stderr).toMatch(`Error: folder "${folder}": tiny.json: the layer "Foo" is unknown.`);
});
