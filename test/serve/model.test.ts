import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { randomFloats } from '../support/values';
import { send } from './support/client';
import { closeAll, serve, type Served } from './support/in_process';
import {
  embeddingNet,
  removeFolders,
  sequenceNet,
  ternaryNet,
  twiceNet,
  twoInputsNet,
} from './support/models';

beforeAll(() => tf.setBackend('wasm'));
afterEach(closeAll);
afterAll(removeFolders);

const STATUS = {
  model_version_status: [
    { version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
  ],
};

test.each(['', '/versions/1'])('the status at %j', async (version) => {
  const { base } = await serve(ternaryNet());
  const answer = await send(base + version);
  expect(answer).toMatchObject({ status: 200, body: STATUS });
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
});

interface Metadata {
  readonly model_spec: object;
  readonly metadata: { signature_def: { signature_def: { serving_default: SignatureDef } } };
}
type SignatureDef = Record<'inputs' | 'outputs', Record<string, TensorInfo>> & {
  readonly method_name: string;
};
type TensorInfo = { dtype: string; tensor_shape: { dim: Array<{ size: string }> } };

async function signatureDef({ base }: Served, version = ''): Promise<SignatureDef> {
  const { status, body } = await send<Metadata>(`${base}${version}/metadata`);
  expect(status).toBe(200);
  expect(body.model_spec).toEqual({ name: 'net', signature_name: '', version: '1' });
  return body.metadata.signature_def.signature_def.serving_default;
}

const sizes = ({ dtype, tensor_shape }: TensorInfo) => [
  dtype,
  ...tensor_shape.dim.map(({ size }) => size),
];

test.each(['', '/versions/1'])('the metadata at %j', async (version) => {
  const { inputs, outputs, method_name } = await signatureDef(await serve(twoInputsNet()), version);
  expect(method_name).toBe('tensorflow/serving/predict');
  expect(Object.keys(inputs)).toEqual(['pixels', 'words']);
  expect(sizes(inputs['pixels'])).toEqual(['DT_FLOAT', '-1', '16']);
  expect(sizes(inputs['words'])).toEqual(['DT_INT32', '-1', '3']);
  expect(sizes(outputs['score'])).toEqual(['DT_FLOAT', '-1', '2']);
  expect(sizes(outputs['sum'])).toEqual(['DT_FLOAT', '-1', '16']);
});

test('the metadata where any size will do', async () => {
  const { inputs, outputs } = await signatureDef(await serve(sequenceNet()));
  expect(Object.values(inputs).map(sizes)).toEqual([['DT_FLOAT', '-1', '-1', '3']]);
  expect(Object.values(outputs).map(sizes)).toEqual([['DT_FLOAT', '-1', '-1', '2']]);
});

test('outputs of one layer get names of their own', async () => {
  const served = await serve(twiceNet());
  expect(Object.keys((await signatureDef(served)).outputs)).toEqual(['shared', 'shared_1']);
  const [a, b] = [[...randomFloats(4, 1)], [...randomFloats(4, 2)]];
  const { body } = await send(`${served.base}:predict`, { body: { instances: [{ a, b }] } });
  const tensors = [a, b].map((values) => tf.tensor2d([values]));
  const [first, second] = (served.model.predict(tensors) as tf.Tensor[]).map((y) => y.arraySync());
  expect(body).toEqual({
    predictions: [{ shared: (first as number[][])[0], shared_1: (second as number[][])[0] }],
  });
});

test.each([
  '',
  'application/json',
  'application/json; charset=utf-8',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/octet-stream',
  'json',
])('a body of type %j', async (type) => {
  const { base } = await serve(embeddingNet());
  const headers: Record<string, string> = type === '' ? {} : { 'Content-Type': type };
  const answer = await send(`${base}:predict`, { body: '{"instances": [[1, 2, 3]]}', headers });
  expect(answer).toMatchObject({ status: 200, body: { predictions: [expect.any(Array)] } });
});

test('a version by its number, and a query', async () => {
  const { base } = await serve(embeddingNet());
  const body = { instances: [[1, 2, 3]] };
  const plain = await send(`${base}:predict`, { body });
  for (const path of ['/versions/1:predict', ':predict?x=1']) {
    expect(await send(base + path, { body })).toMatchObject({ status: 200, body: plain.body });
  }
});
