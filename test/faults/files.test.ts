import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { bitLinear, deploy } from '../../src';
import { folder } from '../../src/io/folder';
import { newFolder, removeFolders, saved } from '../support/folders';
import { randomSource } from '../support/values';
import { printFigure } from './support/figures';

/*
 * Folders that `folder` saved, changed at random: each gives the model that was saved, or is refused with an error
 * that names the folder and the file.
 */

jest.setTimeout(300_000);

const FILES = 10_000;
const SEED = 1;
const MOST_BYTES = 1e9;

beforeAll(() => tf.setBackend('cpu'));
afterAll(removeFolders);

type Random = () => number;
type Files = Record<'json' | 'weights', Buffer>;

const below = (random: Random, end: number) => Math.floor(random() * end);

/** What each kind of damage does to the bytes of a file. */
const DAMAGES: Record<string, (bytes: Buffer, random: Random) => Buffer> = {
  'one bit'(bytes, random) {
    bytes[below(random, bytes.length)]! ^= 1 << below(random, 8);
    return bytes;
  },
  'some bytes'(bytes, random) {
    for (let i = 0; i < 10; i++) bytes[below(random, bytes.length)] = below(random, 256);
    return bytes;
  },
  'a range of zeros'(bytes, random) {
    const start = below(random, bytes.length);
    return bytes.fill(0, start, Math.min(bytes.length, start + 1 + below(random, 64)));
  },
  'cut off': (bytes, random) => bytes.subarray(0, below(random, bytes.length)),
  longer: (bytes, random) => Buffer.concat([bytes, bytes.subarray(0, 1 + below(random, 64))]),
  'a range twice'(bytes, random) {
    const [start, end] = [below(random, bytes.length), below(random, bytes.length)].sort(
      (a, b) => a - b,
    ) as [number, number];
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  'another number'(bytes, random) {
    const numbers = [...bytes.toString('latin1').matchAll(/\d+/g)];
    if (numbers.length === 0) return bytes;
    const { 0: text, index } = numbers[below(random, numbers.length)]!;
    const other = ['-1', '0', '1e999', '4294967296', 'null', '"x"'][below(random, 6)]!;
    const after = bytes.subarray(index + text.length);
    return Buffer.concat([bytes.subarray(0, index), Buffer.from(other), after]);
  },
};

async function savedNet(seed: number): Promise<{ files: Files; names: Record<string, string> }> {
  const layers = [
    bitLinear({ units: 9, inputShape: [70], activation: 'relu', name: 'hidden' }),
    tf.layers.dense({ units: 3, name: 'scores' }),
  ];
  const model = tf.sequential({ layers, name: 'net' });
  model.layers[0]!.setWeights([tf.randomNormal([70, 9], 0, 1, 'float32', seed), tf.ones([9])]);
  const path = await saved(deploy(model));
  const weights = readdirSync(path).find((name) => name.endsWith('.bin'))!;
  const read = (name: string) => readFileSync(join(path, name));
  return {
    files: { json: read('model.json'), weights: read(weights) },
    names: { json: 'model.json', weights },
  };
}

test(`${FILES} damaged folders`, async () => {
  const { files, names } = await savedNet(1);
  const other = await savedNet(2);
  const path = newFolder();
  mkdirSync(path);
  const write = ({ json, weights }: Files) => {
    writeFileSync(join(path, 'model.json'), json);
    writeFileSync(join(path, names['weights']!), weights);
  };
  const load = async () => {
    const { weightData, ...rest } = await folder(path).load!();
    const weights = Buffer.from(weightData as ArrayBuffer).toString('base64');
    return JSON.stringify({ ...rest, weights });
  };
  write(files);
  const whole = await load();
  const random = randomSource(SEED);
  const kinds = Object.keys(DAMAGES);
  const tally = { refused: 0, 'no effect': 0 };
  let mostBytes = 0;
  for (let i = 0; i < FILES; i++) {
    const file = random() < 0.5 ? 'json' : 'weights';
    const kind = kinds[i % kinds.length]!;
    const isOther = i % 500 === 0;
    const damaged = isOther
      ? other.files.weights
      : DAMAGES[kind]!(Buffer.from(files[file]), random);
    write({ ...files, [isOther ? 'weights' : file]: damaged });
    const [answer, error] = await load().then(
      (loaded) => [loaded, undefined] as const,
      (reason: Error) => [undefined, reason] as const,
    );
    if (error == null) {
      expect({ kind, file, answer }).toEqual({ kind, file, answer: whole });
      tally['no effect']++;
    } else {
      expect(error.message).toMatch(
        new RegExp(`^folder "${path}": .*(model\\.json|weights-)`, 's'),
      );
      tally.refused++;
    }
    mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
  }
  expect(tally.refused).toBeGreaterThan(FILES / 2);
  expect(mostBytes).toBeLessThan(MOST_BYTES);
  printFigure(
    `files: ${FILES} damaged, ${tally.refused} refused, ${tally['no effect']} without effect, 0 other answers, ` +
      `${(mostBytes / 1e6).toFixed(0)} MB`,
  );
  rmSync(path, { recursive: true });
});
