import * as tf from '@tensorflow/tfjs';
import { randomFloats } from '../../support/values';
import { BACKENDS } from '../support/backends';
import { closeAll, serve, type Served } from '../support/in_process';
import {
  embeddingNet,
  fixedBatchNet,
  removeFolders,
  scalarNet,
  sequenceNet,
  ternaryNet,
  twoInputsNet,
} from '../support/models';
import {
  ask,
  binaryRequest,
  bytesOf,
  namesOf,
  type Inferred,
  type Input,
} from '../support/open_inference';

/* Each answer is compared with model.predict of the same batch, float by float, and with the protocol's description. */

afterAll(removeFolders);

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function floats(name: string, shape: number[], seed = 1): Input & { values: Float32Array } {
  return {
    name,
    shape,
    datatype: 'FP32',
    values: new Float32Array(randomFloats(size(shape), seed)),
  };
}

const WORDS = { name: 'words', shape: [3, 3], datatype: 'INT32' };
const words = { ...WORDS, values: new Int32Array([0, 9, 3, 4, 4, 4, 8, 1, 0]) };

const tensorOf = ({ values, shape, datatype }: Input) =>
  tf.tensor([...(values as Int32Array)], [...shape], datatype === 'FP32' ? 'float32' : 'int32');

/** The outputs as answers have them. */
function expectedOf({ model }: Served, inputs: readonly Input[]) {
  const tensors = inputs.map(tensorOf);
  const outputs = [model.apply(tensors) as tf.Tensor | tf.Tensor[]].flat();
  return outputs.map((output) => ({
    datatype: 'FP32',
    shape: output.shape,
    // JSON has no sign of a zero.
    data: [...output.dataSync()].map((value) => (value === 0 ? 0 : value)),
  }));
}

const nameless = ({ outputs }: Inferred) =>
  outputs.map(({ datatype, shape, data }) => ({
    datatype,
    shape,
    data: data.map((value) => (value === 0 ? 0 : value)),
  }));

/** The lists of a shape. */
function nested(values: number[], [, ...inner]: readonly number[]): unknown[] {
  if (inner.length === 0) return values;
  const rowSize = size(inner);
  return Array.from({ length: values.length / rowSize }, (_, i) =>
    nested(values.slice(i * rowSize, (i + 1) * rowSize), inner),
  );
}

const json = ({ values, ...rest }: Input) => ({ ...rest, data: [...(values as Int32Array)] });

describe.each(BACKENDS)('on %s', (backend) => {
  const nets = {} as Record<
    'ternary' | 'two' | 'sequence' | 'scalar' | 'embedding' | 'four',
    Served
  >;
  let input: string;

  beforeAll(async () => {
    await tf.setBackend(backend);
    nets.ternary = await serve(ternaryNet());
    nets.two = await serve(twoInputsNet());
    nets.sequence = await serve(sequenceNet());
    nets.scalar = await serve(scalarNet());
    nets.embedding = await serve(embeddingNet());
    nets.four = await serve(fixedBatchNet());
    [input] = namesOf(nets.ternary.model.inputs);
  });
  afterAll(closeAll);

  const urlOf = ({ url }: Served) => `${url}/v2/models/net/infer`;

  async function infer(served: Served, options: Parameters<typeof ask>[1]): Promise<Inferred> {
    const answer = await ask<Inferred>(urlOf(served), options);
    expect(answer).toMatchObject({ status: 200, body: { model_name: 'net', model_version: '1' } });
    return answer.body;
  }

  test.each([1, 3, 64, 200])('%d rows: as a flat list, in lists and as bytes', async (count) => {
    const x = floats(input, [count, 16]);
    const expected = expectedOf(nets.ternary, [x]);
    const lists = { ...json(x), data: nested([...x.values], x.shape) };
    expect(nameless(await infer(nets.ternary, { body: { inputs: [json(x)] } }))).toEqual(expected);
    expect(nameless(await infer(nets.ternary, { body: { inputs: [lists] } }))).toEqual(expected);
    const answer = await infer(nets.ternary, binaryRequest([x]));
    expect(answer.binary).toEqual([]);
    expect(nameless(answer)).toEqual(expected);
    const bytes = { parameters: { binary_data_output: true } };
    const binary = await infer(nets.ternary, binaryRequest([x], bytes));
    expect(binary.binary).toEqual(namesOf(nets.ternary.model.outputs));
    expect(nameless(binary)).toEqual(expected);
  });

  test('several inputs in any order, as bytes and as JSON', async () => {
    const pixels = floats('pixels', [3, 16]);
    const expected = expectedOf(nets.two, [pixels, words]);
    for (const inputs of [
      [pixels, words],
      [words, pixels],
    ]) {
      expect(nameless(await infer(nets.two, binaryRequest(inputs)))).toEqual(expected);
      const answer = await infer(nets.two, { body: { inputs: inputs.map(json) } });
      expect(nameless(answer)).toEqual(expected);
      expect(answer.outputs.map(({ name }) => name)).toEqual(['score', 'sum']);
    }
    const { body, headers } = binaryRequest([pixels]);
    const bytes = (body as Buffer).subarray(Number(headers?.['Inference-Header-Content-Length']));
    const described = { name: 'pixels', shape: [3, 16], datatype: 'FP32' };
    const inputs = [json(words), { ...described, parameters: { binary_data_size: bytes.length } }];
    const head = Buffer.from(JSON.stringify({ inputs }));
    const mixed = {
      body: Buffer.concat([head, bytes]),
      headers: { 'Inference-Header-Content-Length': String(head.length) },
    };
    expect(nameless(await infer(nets.two, mixed))).toEqual(expected);
  });

  test('the outputs that are wanted, in their order, each as bytes or as JSON', async () => {
    const inputs = [floats('pixels', [3, 16]), words];
    const [score, sum] = expectedOf(nets.two, inputs);
    const wanted = async (outputs: object[], parameters: object = {}) => {
      const answer = await infer(nets.two, binaryRequest(inputs, { outputs, parameters }));
      return {
        names: answer.outputs.map(({ name }) => name),
        ...answer,
        outputs: nameless(answer),
      };
    };
    expect(await wanted([{ name: 'sum' }])).toMatchObject({
      ...{ names: ['sum'], binary: [], outputs: [sum] },
    });
    const both = [{ name: 'sum', parameters: { binary_data: true } }, { name: 'score' }];
    expect(await wanted(both)).toMatchObject({
      ...{ names: ['sum', 'score'], binary: ['sum'], outputs: [sum, score] },
    });
    const but = [{ name: 'score' }, { name: 'sum', parameters: { binary_data: false } }];
    expect(await wanted(but, { binary_data_output: true })).toMatchObject({
      ...{ names: ['score', 'sum'], binary: ['score'], outputs: [score, sum] },
    });
    expect(await wanted([])).toMatchObject({ names: ['score', 'sum'], binary: [] });
  });

  test('an id comes back, and unknown parameters do no harm', async () => {
    const x = floats(input, [1, 16]);
    const parameters = { priority: 1, content_type: 'np', urgent: true };
    const body = { id: '4"2\n', parameters, inputs: [{ ...json(x), parameters }] };
    expect((await infer(nets.ternary, { body })).id).toBe('4"2\n');
    expect(await infer(nets.ternary, { body: { inputs: [json(x)] } })).not.toHaveProperty('id');
  });

  test.each([1, 2, 7])('%d steps where any number will do', async (steps) => {
    const [name] = namesOf(nets.sequence.model.inputs);
    const x = floats(name, [4, steps, 3]);
    const expected = expectedOf(nets.sequence, [x]);
    expect(nameless(await infer(nets.sequence, binaryRequest([x])))).toEqual(expected);
    const lists = { ...json(x), data: nested([...x.values], x.shape) };
    expect(nameless(await infer(nets.sequence, { body: { inputs: [lists] } }))).toEqual(expected);
  });

  test('bytes without JSON are one row', async () => {
    const headers = { 'Inference-Header-Content-Length': '0' };
    const cases = [
      [nets.ternary, [1, 16]],
      [nets.sequence, [1, 5, 3]],
      [nets.scalar, [1]],
    ] as const;
    for (const [served, shape] of cases) {
      const x = floats('x', [...shape]);
      const answer = await infer(served, { body: bytesOf(x.values), headers });
      expect(answer.binary).toEqual(namesOf(served.model.outputs));
      expect(nameless(answer)).toEqual(expectedOf(served, [x]));
    }
  });

  test('a model of fixed batches takes any number of rows', async () => {
    const [name] = namesOf(nets.four.model.inputs);
    const all = floats(name, [8, 16]);
    const [expected] = expectedOf(nets.four, [{ ...all, shape: [8, 16] }]);
    for (const count of [1, 4, 7]) {
      const x = { ...all, shape: [count, 16], values: all.values.subarray(0, 16 * count) };
      const [output] = nameless(await infer(nets.four, binaryRequest([x])));
      expect(output).toEqual({
        ...expected,
        shape: [count, 2],
        data: expected.data.slice(0, 2 * count),
      });
    }
  });

  test('other datatypes whose values an input can hold', async () => {
    const numbers = Array.from({ length: 16 }, (_, i) => i);
    const expected = expectedOf(nets.ternary, [
      { name: input, shape: [1, 16], datatype: 'FP32', values: new Float32Array(numbers) },
    ]);
    const memories = { INT16: Int16Array, UINT16: Uint16Array, INT8: Int8Array, UINT8: Uint8Array };
    for (const [datatype, Memory] of Object.entries(memories)) {
      const x = { name: input, shape: [1, 16], datatype, values: new Memory(numbers) };
      expect(nameless(await infer(nets.ternary, binaryRequest([x])))).toEqual(expected);
      expect(nameless(await infer(nets.ternary, { body: { inputs: [json(x)] } }))).toEqual(
        expected,
      );
    }
    const [name] = namesOf(nets.embedding.model.inputs);
    const short = { ...words, name, datatype: 'UINT8', values: Uint8Array.from(words.values) };
    const ofWords = expectedOf(nets.embedding, [words]);
    expect(nameless(await infer(nets.embedding, binaryRequest([short])))).toEqual(ofWords);
  });

  test('BOOL is 0 and 1', async () => {
    const [name] = namesOf(nets.scalar.model.inputs);
    const values = [true, false, true];
    const described = { name, shape: [3], datatype: 'BOOL' };
    const numbers = { name, shape: [3], datatype: 'FP32', values: new Float32Array([1, 0, 1]) };
    const expected = expectedOf(nets.scalar, [numbers]);
    const body = { inputs: [{ ...described, data: values }] };
    expect(nameless(await infer(nets.scalar, { body }))).toEqual(expected);
    const bytes = { ...described, values: new Uint8Array([1, 0, 1]) };
    expect(nameless(await infer(nets.scalar, binaryRequest([bytes])))).toEqual(expected);
  });

  test('NaN and infinities are strings in JSON, and bytes as they are', async () => {
    const [name] = namesOf(nets.scalar.model.inputs);
    const described = { name, shape: [4], datatype: 'FP32' };
    const data = ['NaN', 'Infinity', '-Infinity', 0];
    const { outputs } = await infer(nets.scalar, { body: { inputs: [{ ...described, data }] } });
    expect(outputs[0].data).toEqual(['NaN', 1, -1, 0]);
    const bytes = { ...described, values: new Float32Array([NaN, Infinity, -Infinity, 0]) };
    const answer = await infer(
      nets.scalar,
      binaryRequest([bytes], { parameters: { binary_data_output: true } }),
    );
    expect(answer.outputs[0].data).toEqual([NaN, 1, -1, 0]);
  });
});
