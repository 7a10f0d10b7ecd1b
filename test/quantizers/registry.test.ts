import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy, quantizers, registerQuantizer } from '../../src';
import type { KernelQuantizer } from '../../src';
import { apply } from '../support/layers';
import { artifactsOf, inMemory, load } from '../support/saving';
import { expectIdentical } from '../support/values';

const signs = (): KernelQuantizer => ({
  name: 'onlySigns',
  options: {},
  quantize: (kernel, { eps }) => ({
    ternary: tf.sign(kernel),
    scale: tf.maximum(tf.reshape(tf.mean(tf.abs(kernel)), [1]), eps),
  }),
});

describe('quantizers by name', () => {
  test('the built-in ones are there', () => {
    expect([...quantizers.keys()].slice(0, 4)).toEqual(['bitnet', 'twn', 'lsq', 'paretoq']);
  });

  test('a registered one is used, with the straight-through gradient', () => {
    registerQuantizer('onlySigns', signs);
    const layer = bitLinear({ units: 1, kernelQuantizer: 'onlySigns', useBias: false });
    layer.build([null, 2]);
    layer.setWeights([tf.tensor2d([[1], [-3]])]);
    expectIdentical(apply(layer, tf.tensor2d([[127, 27]])), [200]);
    const { grads } = tf.variableGrads(() =>
      tf.sum<tf.Scalar>(apply(layer, tf.tensor2d([[127, 27]]))),
    );
    expectIdentical(Object.values(grads)[0], [127, 27]);
    layer.deploy();
    expectIdentical(apply(layer, tf.tensor2d([[127, 27]])), [200]);
  });

  test('a saved model needs it registered, a deployed one does not', async () => {
    if (!quantizers.has('onlySigns')) registerQuantizer('onlySigns', signs);
    const layer = bitLinear({ units: 2, inputShape: [3], name: 'a', kernelQuantizer: 'onlySigns' });
    const model = tf.sequential({ layers: [layer] });
    const elsewhere = (artifacts: tf.io.ModelArtifacts) => {
      const text = JSON.stringify(artifacts.modelTopology);
      expect(text).toContain('"name":"onlySigns"');
      return {
        ...artifacts,
        modelTopology: JSON.parse(text.replace('onlySigns', 'unheard')) as object,
      };
    };
    await expect(load(elsewhere(await artifactsOf(model)))).rejects.toThrow(
      /^BitLinear layer "a": kernelQuantizer must be one of .*, or one added before by registerQuantizer, got "unheard"\.$/,
    );
    const deployed = await load(elsewhere(await artifactsOf(deploy(model))));
    expectIdentical(
      deployed.predict(tf.ones([1, 3])) as tf.Tensor,
      model.predict(tf.ones([1, 3])) as tf.Tensor,
    );
  });

  test('a rule by another name than it is registered by is refused', () => {
    registerQuantizer('misnamed', signs);
    expect(() => bitLinear({ units: 1, name: 'a', kernelQuantizer: 'misnamed' })).toThrow(
      'BitLinear layer "a": name of the kernelQuantizer must be "misnamed", as registered, got "onlySigns".',
    );
  });

  test('a learned scale without a gradient is refused', () => {
    const rule = { ...signs(), name: 'stuck', initialAlpha: () => tf.ones([1]) };
    registerQuantizer('stuck', () => rule);
    expect(() => bitLinear({ units: 1, kernelQuantizer: 'stuck' })).toThrow(
      'gradient of kernelQuantizer "stuck" must be a function, as its scale is learned, got undefined.',
    );
  });

  test('values that are not ternary are refused by deploy', () => {
    registerQuantizer('plain', () => ({
      ...signs(),
      name: 'plain',
      quantize: (kernel) => ({ ternary: kernel, scale: tf.ones([1]) }),
    }));
    const layer = bitLinear({
      units: 1,
      name: 'a',
      kernelQuantizer: 'plain',
      kernelInitializer: tf.initializers.constant({ value: 0.5 }),
    });
    layer.build([null, 2]);
    expect(() => layer.deploy()).toThrow(
      'BitLinear layer "a": kernelQuantizer "plain": the value of input 0, output 0, must be -1, 0 or 1, got 0.5.',
    );
    expect(layer.deployed).toBe(false);
  });

  test('a name is taken once', () => {
    expect(() => registerQuantizer('bitnet', signs)).toThrow(
      /^registerQuantizer: name must be none of \["bitnet","twn",.*which are taken, got "bitnet"/,
    );
  });

  test('refuses an empty name, and what is not a factory', () => {
    expect(() => registerQuantizer('', signs)).toThrow('name must be a non-empty string, got ""');
    expect(() => registerQuantizer('none', 3 as never)).toThrow(
      'factory must be a function, got 3',
    );
    expect(quantizers.has('none')).toBe(false);
  });
});

test('an option perChannel of a rule of your own keeps its name in saved models', async () => {
  const rule = registerQuantizer(
    'withChannels',
    ({ perChannel = false }: { perChannel?: boolean }) => ({
      name: 'withChannels',
      options: { perChannel },
      quantize: (kernel: tf.Tensor) => ({ ternary: tf.sign(kernel), scale: tf.ones([1]) }),
    }),
  );
  const kernelQuantizer = rule({ perChannel: true });
  const layer = bitLinear({ units: 2, inputShape: [3], kernelQuantizer });
  const [loaded] = (await inMemory(tf.sequential({ layers: [layer] }))).layers;
  expect((loaded as BitLinear).kernelQuantizer).toEqual({ name: 'withChannels', perChannel: true });
});
