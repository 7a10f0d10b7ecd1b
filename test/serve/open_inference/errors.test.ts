import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { RequestOptions } from '../support/client';
import { errorOf } from '../support/error_of';
import { closeAll, serve, type Served } from '../support/in_process';
import {
  embeddingNet,
  removeFolders,
  sequenceNet,
  ternaryNet,
  twoInputsNet,
} from '../support/models';
import { ask, binaryRequest, namesOf } from '../support/open_inference';

let ternary: Served;
let sequence: Served;
let twoInputs: Served;
let embedding: Served;

beforeAll(async () => {
  await tf.setBackend('wasm');
  ternary = await serve(ternaryNet(), '--max-body-bytes', '20000', '--max-rows', '10');
  sequence = await serve(sequenceNet());
  twoInputs = await serve(twoInputsNet());
  embedding = await serve(embeddingNet());
});
afterAll(async () => {
  await closeAll();
  removeFolders();
});

/** Also held against the protocol's description of errors. */
async function refusal(served: Served, options: RequestOptions, status = 400): Promise<string> {
  const url = `${served.url}/v2/models/net/infer`;
  await ask(url, options);
  return errorOf(status, url, options);
}

const ROW = Array.from({ length: 16 }, (_, i) => i);
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** A good input of the model, but for what is given. */
const inputOf = (served: Served, change: object = {}) => ({
  ...{ name: namesOf(served.model.inputs)[0], shape: [1, 16], datatype: 'FP32', data: ROW },
  ...change,
});

/** The same without its data. */
const described = (served = ternary, change: object = {}) =>
  inputOf(served, { data: undefined, ...change });

describe('a bad body', () => {
  type Make = (input: (change?: object) => object) => unknown;
  const one =
    (change: object): Make =>
    (input) => ({ inputs: [input(change)] });
  const rowWith = (value: unknown) => ROW.map((number, i) => (i === 3 ? value : number));

  const bodies: Record<string, readonly [make: Make, message: RegExp]> = {
    'no JSON': [() => '{"inputs": [{', /^JSON Parse error: /],
    empty: [() => '', /^JSON Parse error: Unexpected end/],
    'no object': [(input) => [input()], /^The body must be object, got a list of 1\./],
    'no inputs': [() => ({ id: '1' }), /must have required property 'inputs', got an object/],
    'inputs that are no list': [() => ({ inputs: {} }), /^inputs must be array/],
    'an empty list': [() => ({ inputs: [] }), /^inputs must have ".+" once, got 0 of it/],
    'an input twice': [(input) => ({ inputs: [input(), input()] }), /once, got 2 of it/],
    'an unknown input': [one({ name: 'x' }), /inputs\.0\.name must be equal to one of/],
    'an id that is no text': [
      (input) => ({ id: 1, inputs: [input()] }),
      /^id must be string, got 1/,
    ],
    'no shape': [one({ shape: undefined }), /inputs\.0 must have required property 'shape'/],
    'no datatype': [
      one({ datatype: undefined }),
      /inputs\.0 must have required property 'datatype'/,
    ],
    'neither data nor bytes': [one({ data: undefined }), /must have either data or the parameter/],
    'both data and bytes': [
      one({ parameters: { binary_data_size: 64 } }),
      /must have either data or the parameter/,
    ],
    'a row too short': [
      one({ shape: [1, 15] }),
      /shape of ".+" must be \[-1, 16\] .*, got \[1,15\]/,
    ],
    'a row without batch': [one({ shape: [16] }), /must be \[-1, 16\] .*, got \[16\]/],
    'a batch too deep': [one({ shape: [1, 1, 16] }), /must be \[-1, 16\]/],
    'no rows': [one({ shape: [0, 16], data: [] }), /inputs\.0\.shape\.0 must be >= 1, got 0/],
    'half a row': [one({ shape: [1.5, 16] }), /inputs\.0\.shape\.0 must be integer, got 1\.5/],
    'rows below 0': [one({ shape: [-1, 16] }), /inputs\.0\.shape\.0 must be >= 1, got -1/],
    'too many rows': [one({ shape: [11, 16] }), /must have at most 10 rows, got 11/],
    'more rows than there are numbers': [one({ shape: [1e300, 16] }), /must have at most 10 rows/],
    'another datatype': [one({ datatype: 'FP64' }), /must be FP32 or INT16 or .*, got "FP64"/],
    'text for a datatype': [one({ datatype: 'BYTES' }), /got "BYTES"/],
    'an object of JavaScript for a datatype': [
      one({ datatype: 'constructor' }),
      /got "constructor"/,
    ],
    'data too short': [one({ data: ROW.slice(1) }), /must be a list of 16 values, or nested lists/],
    'data too long': [one({ data: [...ROW, 1] }), /must be a list of 16 values/],
    'data too deep': [one({ data: [[ROW]] }), /must be a list of 16 values/],
    'a list for a number': [one({ data: rowWith([1]) }), /numbers of float32, .* list of 1 at 3/],
    'text for a number': [one({ data: rowWith('1') }), /\(FP32\), got "1" at 3/],
    'null for a number': [one({ data: rowWith(null) }), /\(FP32\), got null at 3/],
    'true for a number': [one({ data: rowWith(true) }), /\(FP32\), got true at 3/],
    'a number beyond float32': [one({ data: rowWith(3.5e38) }), /\(FP32\), got 3\.5e\+38 at 3/],
    'a number beyond a byte': [
      one({ datatype: 'UINT8', data: rowWith(256) }),
      /whole numbers from 0 to 255 \(UINT8\), got 256 at 3/,
    ],
    'a half for a whole number': [one({ datatype: 'INT8', data: rowWith(0.5) }), /got 0\.5 at 3/],
    'a number for a truth': [one({ datatype: 'BOOL', data: rowWith(1) }), /\(BOOL\), got 0 at 0/],
    'lists deeper than any stack': [
      (input) => JSON.stringify({ inputs: [input({ data: 7 })] }).replace('7', nested(4000)),
      /must have at most 74 lists and objects within each other/,
    ],
    'parameters that are no object': [one({ parameters: [] }), /parameters must be object/],
    'a parameter that is a list': [one({ parameters: { x: [] } }), /parameters\.x must /],
    'a wish for bytes that is no truth': [
      (input) => ({ inputs: [input()], parameters: { binary_data_output: 'yes' } }),
      /parameters\.binary_data_output must be boolean, got "yes"/,
    ],
    'an unknown output': [
      (input) => ({ inputs: [input()], outputs: [{ name: 'x' }] }),
      /outputs\.0\.name must be equal to one of/,
    ],
    'shared memory': [
      one({ parameters: { shared_memory_region: 'x' } }),
      /has the parameter shared_memory_region, which the server does not know/,
    ],
  };

  test.each(Object.entries(bodies))('%s', async (_title, [make, message]) => {
    const body = make((change) => inputOf(ternary, change));
    const error = await refusal(ternary, { method: 'POST', body });
    expect(error).toMatch(message);
    if (!/JSON Parse/.test(error))
      expect(error).toMatch(/The model takes ".+": FP32 \[-1, 16\]\.$/);
  });

  test('an output twice, and classes of it', async () => {
    const [name] = namesOf(ternary.model.outputs);
    const inputs = [inputOf(ternary)];
    const twice = await refusal(ternary, { body: { inputs, outputs: [{ name }, { name }] } });
    expect(twice).toMatch(`outputs must have "${name}" once, got 2 of it`);
    const classes = { name, parameters: { classification: 3 } };
    const error = await refusal(ternary, { body: { inputs, outputs: [classes] } });
    expect(error).toMatch(/has the parameter classification/);
  });

  test('data whose first row is much larger than the others', async () => {
    const row = Array.from({ length: 5000 }, () => [1, 2, 3]);
    const data = [row, ...Array<number[]>(1000).fill([1])];
    const input = inputOf(sequence, { shape: [1001, 5000, 3], data });
    expect(await refusal(sequence, { body: { inputs: [input] } })).toMatch(/must be a list of/);
    const size = { shape: [1, 1e15, 3], data: [1] };
    const many = await refusal(sequence, { body: { inputs: [inputOf(sequence, size)] } });
    expect(many).toMatch(/must be a list of 3000000000000000 values/);
  });

  test('inputs of different numbers of rows', async () => {
    const pixels = { name: 'pixels', shape: [2, 16], datatype: 'FP32', data: [...ROW, ...ROW] };
    const words = { name: 'words', shape: [1, 3], datatype: 'INT32', data: [1, 2, 3] };
    expect(await refusal(twoInputs, { body: { inputs: [pixels, words] } })).toMatch(
      'All inputs must have the same number of rows, got "pixels" [2,16] and "words" [1,3].',
    );
    expect(await refusal(twoInputs, { body: { inputs: [pixels] } })).toMatch(
      'inputs must have "words" once, got 0 of it. The model takes "pixels": FP32 [-1, 16], ' +
        '"words": INT32 [-1, 3] of whole numbers below 10.',
    );
  });

  test.each([10, -1, 2 ** 31 - 1])(
    'the index %d, which leads out of an Embedding',
    async (index) => {
      const tensor = { shape: [1, 3], datatype: 'INT32' };
      const json = inputOf(embedding, { ...tensor, data: [0, index, 1] });
      const expected = `must be whole numbers below 10, got ${index} at 1`;
      expect(await refusal(embedding, { body: { inputs: [json] } })).toMatch(expected);
      const [name] = namesOf(embedding.model.inputs);
      const bytes = binaryRequest([{ name, ...tensor, values: new Int32Array([0, index, 1]) }]);
      expect(await refusal(embedding, bytes)).toMatch(expected);
    },
  );
});

describe('bad bytes', () => {
  const values = new Float32Array(ROW);
  const good = () => binaryRequest([{ ...described(), values }]);
  const withHeader = (header: string) => ({
    ...good(),
    headers: { 'Inference-Header-Content-Length': header },
  });

  test.each(['-1', 'x', '1.5', '0x10', '1e2', ' ', '9'.repeat(20)])(
    'the length %j of the JSON',
    async (header) => {
      expect(await refusal(ternary, withHeader(header))).toMatch(
        /^Inference-Header-Content-Length must be a number of bytes, got /,
      );
    },
  );

  test('more JSON than there is', async () => {
    expect(await refusal(ternary, withHeader('5000'))).toMatch(
      /must be at most the length of the body, \d+, got 5000\.$/,
    );
  });

  test('a length that cuts the JSON', async () => {
    expect(await refusal(ternary, withHeader('20'))).toMatch(/^JSON Parse error/);
  });

  test.each([-4, 4])('%d bytes more than there must be', async (more) => {
    const { body, headers = {} } = good();
    const bytes = body as Buffer;
    const changed = more > 0 ? Buffer.concat([bytes, Buffer.alloc(more)]) : bytes.subarray(0, more);
    expect(await refusal(ternary, { body: changed, headers })).toMatch(
      `The body must have 64 bytes behind its JSON, got ${64 + more}.`,
    );
  });

  test('a size that is not that of the shape', async () => {
    const short = values.subarray(1);
    const request = binaryRequest([{ ...described(), values: short }]);
    expect(await refusal(ternary, request)).toMatch(
      /binary_data_size of ".+" must be 64 for FP32 \[1,16\], got 60\./,
    );
    const huge = described(sequence, { shape: [1, 1e9, 3] });
    expect(await refusal(sequence, binaryRequest([{ ...huge, values }]))).toMatch(
      /must be 12000000000 for FP32/,
    );
  });

  test('a truth of 2', async () => {
    const truths = described(ternary, { datatype: 'BOOL' });
    const bytes = new Uint8Array(16).fill(1, 0, 5).fill(2, 5);
    expect(await refusal(ternary, binaryRequest([{ ...truths, values: bytes }]))).toMatch(
      /true and false, as bytes 1 and 0 \(BOOL\), got 2 at 5/,
    );
  });

  test('bytes without JSON that are no row', async () => {
    const headers = { 'Inference-Header-Content-Length': '0' };
    const raw = (size: number) => ({ body: Buffer.alloc(size), headers });
    expect(await refusal(ternary, raw(60))).toMatch(
      'A body without JSON must have 64 bytes, got 60.',
    );
    expect(await refusal(sequence, raw(13))).toMatch('must have a multiple of 12 bytes, got 13.');
    expect(await refusal(twoInputs, raw(76))).toMatch('must be for a model of one input');
    expect(await refusal(ternary, { method: 'POST', headers })).toMatch(/^JSON Parse error/);
  });

  test('larger than allowed: 413', async () => {
    const request = { body: Buffer.alloc(30_000), headers: good().headers! };
    expect(await refusal(ternary, request, 413)).toMatch(/too large/);
  });
});

describe('a bad URL', () => {
  const urls: ReadonlyArray<
    readonly [status: number, method: string, path: string, message: string]
  > = [
    [404, 'POST', '/v2/models/other/infer', 'There is no model "other".'],
    [404, 'GET', '/v2/models/other', 'There is no model "other".'],
    [404, 'GET', '/v2/models/other/ready', 'There is no model "other".'],
    [404, 'GET', '/v2/models/net/versions/2', 'Model "net" has no version 2.'],
    [404, 'POST', '/v2/models/net/versions/2/infer', 'Model "net" has no version 2.'],
    [404, 'GET', '/v2/models/net/versions/01', 'Malformed request: GET /v2/models/net/versions/01'],
    [404, 'GET', '/v2/models/net/infer', 'Malformed request: GET /v2/models/net/infer'],
    [404, 'POST', '/v2/models/net', 'Malformed request: POST /v2/models/net'],
    [404, 'POST', '/v2/models/net/ready', 'Malformed request: POST /v2/models/net/ready'],
    [404, 'GET', '/v2/models/net/config', 'Malformed request: GET /v2/models/net/config'],
    [404, 'GET', '/v2/models/', 'Malformed request: GET /v2/models/'],
    [404, 'PUT', '/v2/models/net/infer', 'Malformed request: PUT /v2/models/net/infer'],
    [404, 'GET', '/v2/other', 'Malformed request: GET /v2/other'],
    [404, 'POST', '/v2', 'Malformed request: POST /v2'],
  ];

  test.each(urls)('%d: %s %s', async (status, method, path, message) => {
    expect(await errorOf(status, ternary.url + path, { method })).toBe(message);
  });
});
