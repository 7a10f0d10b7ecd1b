import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { version } from '../../../package.json';
import { closeAll, serve } from '../support/in_process';
import { removeFolders, sequenceNet, twoInputsNet } from '../support/models';
import { ask } from '../support/open_inference';

beforeAll(() => tf.setBackend('wasm'));
afterEach(closeAll);
afterAll(removeFolders);

test.each(['/v2', '/v2/'])('the server, at %s', async (path) => {
  const { url } = await serve(twoInputsNet());
  expect(await ask(url + path)).toMatchObject({
    status: 200,
    body: { name: 'tfjs-bitcore', version, extensions: ['binary_tensor_data'] },
  });
});

test.each(['', '/versions/1'])('a model, at NAME%s', async (path) => {
  const { url } = await serve(twoInputsNet());
  expect(await ask(`${url}/v2/models/net${path}`)).toMatchObject({
    status: 200,
    body: {
      name: 'net',
      versions: ['1'],
      platform: 'tensorflowjs_layersmodel',
      inputs: [
        { name: 'pixels', datatype: 'FP32', shape: [-1, 16] },
        { name: 'words', datatype: 'INT32', shape: [-1, 3] },
      ],
      outputs: [
        { name: 'score', datatype: 'FP32', shape: [-1, 2] },
        { name: 'sum', datatype: 'FP32', shape: [-1, 16] },
      ],
    },
  });
});

test('sizes that a model leaves open are -1', async () => {
  const { url } = await serve(sequenceNet());
  const { body } = await ask<{ inputs: object[] }>(`${url}/v2/models/net`);
  expect(body.inputs).toMatchObject([{ shape: [-1, -1, 3] }]);
});

test('health, and its end', async () => {
  const { url, server } = await serve(twoInputsNet());
  const health = async () => {
    const paths = [
      'health/live',
      'health/ready',
      'models/net/ready',
      'models/net/versions/1/ready',
    ];
    const answers = await Promise.all(paths.map((path) => ask(`${url}/v2/${path}`)));
    return answers.map(({ status, body }) => [status, body] as const);
  };
  const ofModel = [200, { name: 'net', ready: true }];
  const live = [200, { live: true }];
  expect(await health()).toEqual([live, [200, { live: true, ready: true }], ofModel, ofModel]);
  server.startDraining(Promise.resolve());
  expect(await health()).toEqual([live, [503, { live: true, ready: false }], ofModel, ofModel]);
});
