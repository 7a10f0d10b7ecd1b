import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { bitLinear, deploy } from '../../src';
import { cli, json } from '../support/cli';
import { removeFolders, saved } from '../support/folders';

/*
 * What `verify` computes: the model's own sizes, and those of --rows and --shape.
 */

jest.setTimeout(60_000);
beforeAll(() => tf.setBackend('wasm'));
afterAll(removeFolders);

const conv = (options: object) => tf.layers.conv2d({ filters: 2, kernelSize: 3, ...options });

const NETS: Record<string, () => tf.LayersModel> = {
  'any batch': () => tf.sequential({ layers: [bitLinear({ units: 3, inputShape: [4] })] }),
  'a batch of 5': () =>
    tf.sequential({ layers: [bitLinear({ units: 3, batchInputShape: [5, 4] })] }),
  /** Its states have one row for each of the batch. */
  'a stateful LSTM'() {
    const lstm = tf.layers.lstm({ units: 3, stateful: true, batchInputShape: [4, 6, 5] });
    return tf.sequential({ layers: [lstm, bitLinear({ units: 2 })] });
  },
  /** Smaller images have no output. */
  'images of any size'() {
    const layers = [conv({ inputShape: [null, null, 3], name: 'image' }), conv({})];
    const pool = tf.layers.globalAveragePooling2d({});
    return tf.sequential({ layers: [...layers, pool, bitLinear({ units: 3 })] });
  },
  'an image of any size and a vector'() {
    const [image, vector] = [
      tf.input({ shape: [null, null, 3], name: 'picture' }),
      tf.input({ shape: [4], name: 'vector' }),
    ];
    const pooled = tf.layers.globalAveragePooling2d({}).apply(conv({}).apply(image));
    const all = tf.layers.concatenate().apply([pooled as tf.SymbolicTensor, vector]);
    const outputs = bitLinear({ units: 3 }).apply(all) as tf.SymbolicTensor;
    return tf.model({ inputs: [image, vector], outputs });
  },
};

let paths: Record<string, [string, string]>;

beforeAll(async () => {
  const save = async (build: () => tf.LayersModel): Promise<[string, string]> => {
    const model = build();
    return [await saved(model), await saved(deploy(model))];
  };
  const entries = Object.entries(NETS).map(async ([name, build]) => [name, await save(build)]);
  paths = Object.fromEntries((await Promise.all(entries)) as Array<[string, [string, string]]>);
});

test.each<[net: string, options: string[], rows: number]>([
  ['any batch', [], 32],
  ['any batch', ['--rows', '7'], 7],
  ['any batch', ['--rows', '7', '--shape', '4'], 7],
  ['a batch of 5', [], 35],
  ['a batch of 5', ['--rows', '10'], 10],
  ['a stateful LSTM', [], 32],
  ['a stateful LSTM', ['--rows', '8', '--shape', '6,5'], 8],
  ['images of any size', ['--shape', '9,12,3'], 32],
  ['an image of any size and a vector', ['--shape', '9,12,3', '--shape', '4'], 32],
])('%s with %j: %d rows', (net, options, rows) => {
  const answer = json('verify', ...paths[net]!, ...options);
  expect(answer).toMatchObject({ verified: true, identical: true, rows });
});

test.each<[net: string, options: string[], message: RegExp]>([
  ['any batch', ['--rows', '0'], /--rows must be a positive integer, got "0"/],
  ['any batch', ['--rows', '1.5'], /--rows must be a positive integer, got "1\.5"/],
  ['any batch', ['--rows', '2,3'], /--rows must be a positive integer, got "2,3"/],
  [
    'any batch',
    ['--rows', '100000000'],
    /--rows and --shape must be such that input ".*" of .* has at most 100000000 values, got \[100000000,4\]/,
  ],
  ['any batch', ['--shape', '5'], /--shape must be \[4\] for input ".*" of .*, got \[5\]/],
  ['any batch', ['--shape', '32,4'], /--shape must be \[4\] for input ".*" of .*, got \[32,4\]/],
  ['any batch', ['--shape', '4x4'], /--shape must be sizes .* as in 64,64,3, got "4x4"/],
  ['any batch', ['--shape', '4,'], /--shape must be sizes .* as in 64,64,3, got "4,"/],
  ['any batch', ['--shape', ''], /--shape must be \[4\] for input ".*" of .*, got \[\]/],
  [
    'any batch',
    ['--shape', '4', '--shape', '4'],
    /--shape must be given once for each of the 1 inputs of .*, got "2 of them"/,
  ],
  ['a batch of 5', ['--rows', '6'], /--rows must be a multiple of 5, the batch size of .*, got 6/],
  [
    'images of any size',
    [],
    /--shape must be given for input "image_input" of .*, which leaves sizes open: \[null,null,3\], got "none"/,
  ],
  [
    'images of any size',
    ['--shape', '9,9,4'],
    /--shape must be \[null,null,3\] for input "image_input" of .* \(null is open\), got \[9,9,4\]/,
  ],
  [
    'images of any size',
    ['--shape', '3,3,3'],
    /no outputs for inputs of shape \[\[32,3,3,3\]\], which --rows and --shape can change: .* \(MODEL is .*, DEPLOYED is .*\)/,
  ],
  [
    'an image of any size and a vector',
    ['--shape', '9,9,3'],
    /--shape must be given once for each of the 2 inputs of .*, got "1 of them"/,
  ],
])('%s with %j is refused', (net, options, message) => {
  const { code, stdout, stderr } = cli('verify', ...paths[net]!, ...options);
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^Error: [^\n]*\n$/);
  expect([code, stdout]).toEqual([2, '']);
});

test('a number that is no shape is refused before anything is loaded', () => {
  const { stderr } = cli('verify', 'none', 'none', '--shape', '0');
  expect(stderr).toBe(
    'Error: tfjs-bitcore: --shape must be sizes without the batch, as in 64,64,3, got "0".\n',
  );
});
