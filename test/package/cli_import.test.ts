import { existsSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { bitLinear } from '../../src';
import { cli, runProgram } from '../support/cli';
import { newFolder, removeFolders, saved } from '../support/folders';
import { installedWith, type Installation } from '../support/installed';
import { Affine } from '../support/own_classes.cjs';

/*
 * `--import FILE` of the command, in a project that has the package and TensorFlow.js in its node_modules.
 */

jest.setTimeout(60_000);

let installation: Installation;
let from: string;

beforeAll(async () => {
  await tf.setBackend('wasm');
  installation = installedWith('tfjs', 'tfjs-core', 'tfjs-layers', 'tfjs-backend-wasm');
  const dense = tf.layers.dense({ units: 5, inputShape: [4] });
  const layers = [dense, new Affine({ start: 3 }), bitLinear({ units: 2 })];
  from = await saved(tf.sequential({ layers }));
});
afterAll(removeFolders);

const AFFINE = `
class Affine extends tf.layers.Layer {
  static className = 'Affine';
  build(shape) {
    this.addWeight('factor', [shape.at(-1)], 'float32', tf.initializers.ones());
    this.built = true;
  }
  call(inputs) {
    return tf.mul([inputs].flat()[0], this.weights[0].read());
  }
}
tf.serialization.registerClass(Affine);
`;

const SOURCES: Record<string, [name: string, text: string]> = {
  'an ES module of @tensorflow/tfjs': [
    'union.mjs',
    `import * as tf from '@tensorflow/tfjs'; ${AFFINE}`,
  ],
  'an ES module of core and layers': [
    'parts.mjs',
    `import * as core from '@tensorflow/tfjs-core';
    import * as layers from '@tensorflow/tfjs-layers';
    const tf = { ...core, ...layers, layers }; ${AFFINE.replace('tf.layers.Layer', 'layers.layers.Layer')}`,
  ],
  'a CommonJS module': ['own.cjs', `const tf = require('@tensorflow/tfjs'); ${AFFINE}`],
};

function write(name: string, text: string): string {
  const file = join(installation.project, name);
  writeFileSync(file, text);
  return file;
}

const run = (...args: string[]) => runProgram(installation.program, args);

test.each(Object.entries(SOURCES))('%s registers a class', (_title, [name, text]) => {
  const imports = ['--import', write(name, text)];
  const to = newFolder();
  expect(run('deploy', from, to, ...imports)).toMatchObject({ code: 0, stderr: '' });
  const verified = run('verify', from, to, ...imports);
  expect(verified).toMatchObject({ code: 0, stderr: '' });
  expect(verified.stdout).toContain('Verified on 32 random inputs, backend wasm.');
});

test('several files, in their order, by paths relative to the present folder', () => {
  const first = write('first.cjs', 'globalThis.tf = require("@tensorflow/tfjs");');
  const imports = [first, write('second.mjs', AFFINE)].map((file) => relative('.', file));
  const answer = run('summary', from, '--import', imports[0]!, '--import', imports[1]!);
  expect(answer).toMatchObject({ code: 0, stderr: '' });
  expect(imports.every((path) => !isAbsolute(path))).toBe(true);
});

test('without it, the error about an unknown class names it', () => {
  const to = newFolder();
  const { code, stderr } = run('deploy', from, to);
  expect(stderr).toMatch(/^Error: folder ".*": model\.json: the layer "Affine" is unknown\. .*\n$/);
  expect(stderr).toContain('--import FILE runs a file that registers it');
  expect([code, existsSync(to)]).toEqual([2, false]);
});

test('a class that another copy of TensorFlow.js registers stays unknown, and the error shows the copy', () => {
  const file = write(
    'other_copy.cjs',
    `const tf = require('@tensorflow/tfjs-core/dist/tf-core.min.js');
    class Affine { static className = 'Affine'; static fromConfig() {} }
    tf.serialization.registerClass(Affine);`,
  );
  const { code, stderr } = run('summary', from, '--import', file);
  expect(code).toBe(2);
  expect(stderr).toMatch(/the TensorFlow\.js that the command uses \(.*tfjs-core\)\.\n$/);
});

const WRONG: Record<string, [name: string, text: string | undefined, message: string]> = {
  'is missing': ['none.mjs', undefined, 'must be a file of JavaScript, got "FILE".'],
  'is a folder': ['node_modules', undefined, 'must be a file of JavaScript, got "FILE".'],
  'throws an error': ['a.mjs', 'throw new TypeError("too late")', 'FILE: too late'],
  'throws something else': ['b.cjs', 'throw undefined', 'FILE: undefined'],
  'imports what is missing': ['c.mjs', 'import "./nothing.mjs"', "FILE: Cannot find module '"],
  'is not JavaScript': ['d.mjs', 'import {', 'FILE: Unexpected end of input'],
};

test.each(Object.entries(WRONG))('a file that %s', (_title, [name, text, message]) => {
  const file = text == null ? join(installation.project, name) : write(name, text);
  const { code, stdout, stderr } = run('summary', from, '--import', file);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`--import ${message.replace('FILE', file)}`);
  expect(stderr).toMatch(/^Error: [^\n]*\n$/);
});

test('a file that waits forever ends with an error, not with 0', () => {
  const { code, stdout, stderr } = run(
    ...['summary', from, '--import', write('waits.mjs', 'await new Promise(() => {})')],
  );
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toBe('Error: a file of --import waits for something that never comes.\n');
});

test('nothing is run where another argument is wrong', () => {
  const file = write('never.cjs', `require('fs').writeFileSync(__filename + '.ran', '')`);
  for (const args of [
    ['summary', `${from}-none`],
    ['deploy', from, from],
  ]) {
    expect(cli(...args, '--import', file).code).toBe(2);
  }
  expect(cli('summary', from, '--import', file, '--import', `${file}-none`).code).toBe(2);
  expect(existsSync(`${file}.ran`)).toBe(false);
});
