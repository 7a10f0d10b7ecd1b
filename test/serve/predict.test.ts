import * as tf from '@tensorflow/tfjs';
import { randomFloats } from '../support/values';
import { BACKENDS } from './support/backends';
import { send } from './support/client';
import { closeAll, serve, type Served } from './support/in_process';
import {
  embeddingNet,
  removeFolders,
  scalarNet,
  sequenceNet,
  ternaryNet,
  twoInputsNet,
} from './support/models';

/*
 * Every answer is compared with model.predict of the same batch: each float equal, but for the sign
 * of a zero, which JSON.stringify drops.
 */

afterAll(removeFolders);

type Json = number | string | Json[] | { [name: string]: Json };

/** Nested lists of a tensor's values. */
function listOf(tensor: tf.Tensor): Json {
  return JSON.parse(JSON.stringify(tensor.arraySync())) as Json;
}

function predicted(model: tf.LayersModel, ...inputs: tf.Tensor[]): Json[] {
  return [model.predict(inputs)].flat().map(listOf);
}

/** For scalars, of which predict() makes lists of one. */
function applied(model: tf.LayersModel, values: number[]): Json {
  return listOf(model.apply(tf.tensor1d(values)) as tf.Tensor);
}

function floats(shape: number[], seed = 1): tf.Tensor {
  return tf.tensor(
    randomFloats(
      shape.reduce((a, b) => a * b),
      seed,
    ),
    shape,
  );
}

function words(): tf.Tensor {
  const rows = [
    [0, 9, 3],
    [4, 4, 4],
    [8, 1, 0],
  ];
  return tf.tensor2d(rows, [3, 3], 'int32');
}

describe.each(BACKENDS)('on %s', (backend) => {
  const nets: Record<string, Served> = {};

  beforeAll(async () => {
    await tf.setBackend(backend);
    nets['ternary'] = await serve(ternaryNet());
    nets['twoInputs'] = await serve(twoInputsNet());
    nets['sequence'] = await serve(sequenceNet());
    nets['scalar'] = await serve(scalarNet());
    nets['embedding'] = await serve(embeddingNet());
  });
  afterAll(closeAll);

  async function predict(net: string, body: unknown): Promise<unknown> {
    const answer = await send(`${nets[net].base}:predict`, { body });
    expect(answer).toMatchObject({ status: 200, body: expect.anything() });
    return answer.body;
  }

  test.each([1, 3, 64, 200])('%d rows of one input', async (count) => {
    const x = floats([count, 16]);
    const { model } = nets['ternary'];
    const [y] = predicted(model, x);
    const name = model.inputNames[0];
    const rows = listOf(x) as Json[];
    const named = rows.map((row) => ({ [name]: row }));
    expect(await predict('ternary', { instances: rows })).toEqual({ predictions: y });
    expect(await predict('ternary', { instances: named })).toEqual({ predictions: y });
    expect(await predict('ternary', { inputs: rows })).toEqual({ outputs: y });
    expect(await predict('ternary', { inputs: { [name]: rows } })).toEqual({ outputs: y });
  });

  test('several inputs and outputs', async () => {
    const pixels = floats([3, 16]);
    const [score, sum] = predicted(nets['twoInputs'].model, pixels, words()) as Json[][];
    const columns = { pixels: listOf(pixels) as Json[], words: listOf(words()) as Json[] };
    expect(await predict('twoInputs', { inputs: columns })).toEqual({ outputs: { score, sum } });
    const instances = [0, 1, 2].map((i) => ({
      pixels: columns.pixels[i],
      words: columns.words[i],
    }));
    const predictions = [0, 1, 2].map((i) => ({ score: score[i], sum: sum[i] }));
    expect(await predict('twoInputs', { instances })).toEqual({ predictions });
  });

  test.each([1, 2, 7])('%d steps where any number will do', async (steps) => {
    const x = floats([4, steps, 3]);
    const [predictions] = predicted(nets['sequence'].model, x);
    expect(await predict('sequence', { instances: listOf(x) })).toEqual({ predictions });
  });

  test('scalars', async () => {
    const values = [-1, 0.5, 1e-9, 3];
    const y = applied(nets['scalar'].model, values);
    expect(await predict('scalar', { instances: values })).toEqual({ predictions: y });
    expect(await predict('scalar', { inputs: values })).toEqual({ outputs: y });
  });

  test('whole numbers', async () => {
    const [predictions] = predicted(nets['embedding'].model, words());
    expect(await predict('embedding', { instances: listOf(words()) })).toEqual({ predictions });
    const asFloats = '{"instances": [[0.0, 9.0, 3e0], [4, 4, 4], [80e-1, 1, -0]]}';
    expect(await predict('embedding', asFloats)).toEqual({ predictions });
  });

  test('numbers at the ends of what a float32 holds', async () => {
    const values = [3.4028234663852886e38, -3.4028234663852886e38, 1e-45, 1e-320, 16777217];
    const predictions = applied(nets['scalar'].model, values);
    expect(await predict('scalar', { instances: values })).toEqual({ predictions });
  });

  test('the signature by its name', async () => {
    const instances = [1];
    const { predictions } = (await predict('scalar', { instances })) as { predictions: number[] };
    expect(predictions).toEqual([Math.fround(predictions[0])]);
    for (const signature_name of ['', 'serving_default']) {
      expect(await predict('scalar', { signature_name, instances })).toEqual({ predictions });
    }
  });

  test('NaN and infinities are strings, and stay in their rows', async () => {
    const x = floats([3, 16]);
    const rows = listOf(x) as number[][];
    const [clean] = predicted(nets['ternary'].model, x) as [number[][]];
    const instances = [rows[0], ['NaN', ...rows[1].slice(1)], rows[2]];
    const answer = (await predict('ternary', { instances })) as { predictions: Json[] };
    expect(answer.predictions[0]).toEqual(clean[0]);
    expect(answer.predictions[1]).toEqual(['NaN', 'NaN', 'NaN', 'NaN']);
    expect(answer.predictions[2]).toEqual(clean[2]);
    expect(await predict('scalar', { instances: ['NaN', 'Infinity', '-Infinity', 0] })).toEqual({
      predictions: ['NaN', 1, -1, 0],
    });
  });
});
