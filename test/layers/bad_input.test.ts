import * as tf from '@tensorflow/tfjs';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { BitLinear, bitLinear, type BitLinearOptions } from '../../src';
import { apply, builtLayer, setKernel, weight, weightNames } from '../support/layers';
import { expectIdentical, randomTensor } from '../support/values';

const construct = (args: unknown) => () => bitLinear(args as BitLinearOptions);

describe('bitLinear refuses', () => {
  const both = (args: unknown) => [construct(args), () => new BitLinear(args as BitLinearOptions)];

  test.each([undefined, null, 4])('%p in place of its options', (args) => {
    for (const make of both(args)) {
      expect(make).toThrow(
        /^BitLinear: options must be an object {units, inputDim, activation, .*, got /,
      );
    }
  });

  test('a name that neither Dense nor BitLinear takes, and a misspelt one', () => {
    for (const make of both({ units: 1, quantizer: 'twn' })) {
      expect(make).toThrow(
        /^BitLinear: options has no "quantizer"\. It takes units, inputDim, activation, /,
      );
    }
    for (const make of both({ units: 1, name: 'a', kernelQuantiser: 'twn' })) {
      expect(make).toThrow(
        'BitLinear layer "a": options has no "kernelQuantiser". Did you mean "kernelQuantizer"?',
      );
    }
  });

  test.each([0, -1, 1.5, NaN, '4', undefined, null])('units %p', (units) => {
    const shown = typeof units === 'string' ? `"${units}"` : String(units);
    expect(construct({ units, name: 'a' })).toThrow(
      `BitLinear layer "a": units must be a positive integer, got ${shown}.`,
    );
  });

  test('an unknown kernel quantizer', () => {
    expect(construct({ units: 1, name: 'a', kernelQuantizer: 'seven' })).toThrow(
      /^BitLinear layer "a": kernelQuantizer must be one of \["bitnet","twn","lsq","paretoq".*\], or one added before by registerQuantizer, got "seven"\.$/,
    );
    expect(construct({ units: 1, kernelQuantizer: { perOutput: true } })).toThrow(
      'BitLinear: kernelQuantizer must be a name or {name, ...options}, got {"perOutput":true}.',
    );
  });

  test('an unknown option of a quantizer, or one of another type', () => {
    const options = (kernelQuantizer: unknown) =>
      construct({ units: 1, name: 'a', kernelQuantizer });
    expect(options({ name: 'bitnet', factor: 2 })).toThrow(
      'BitLinear layer "a": bitnet: options has no "factor". It takes perOutput, addEps.',
    );
    expect(options({ name: 'lsq', perOutput: 'yes' })).toThrow(
      'BitLinear layer "a": lsq: perOutput must be true or false, got "yes".',
    );
    expect(options({ name: 'paretoq', perOutput: true })).toThrow(
      'paretoq: options has no "perOutput". It takes no options.',
    );
    for (const name of ['bitnet', 'twn', 'lsq']) {
      expect(options({ name, perOutput: 1 })).toThrow(
        `BitLinear layer "a": ${name}: perOutput must be true or false, got 1.`,
      );
    }
    expect(options({ name: 'twn', factor: true })).toThrow(
      'factor must be a positive finite number',
    );
    expect(options({ name: 'twn', factor: -1 })).toThrow(
      'BitLinear layer "a": twn: factor must be a positive finite number, got -1.',
    );
  });

  test('an unknown input quantizer', () => {
    expect(construct({ units: 1, name: 'a', inputQuantizer: 'int4' })).toThrow(
      `BitLinear layer "a": inputQuantizer must be 'int8' or 'none', got "int4".`,
    );
  });

  test.each([0, -1, NaN, Infinity, 1e-40])('eps %p', (eps) => {
    expect(construct({ units: 1, eps })).toThrow(
      `BitLinear: eps must be a finite number of at least 1e-30, got ${eps}.`,
    );
  });

  test.each(['kernelConstraint', 'biasConstraint'])('a %s, and says why', (argument) => {
    expect(construct({ units: 1, name: 'a', [argument]: 'nonNeg' })).toThrow(
      `BitLinear layer "a": ${argument} must be null (tfjs does not apply constraints in fit, so none would be kept), got "nonNeg".`,
    );
  });

  test('a layout that is not known', () => {
    const config = builtLayer(4, { units: 1, name: 'a' }).deploy().getConfig();
    const load = (layout: unknown) => () =>
      BitLinear.fromConfig(BitLinear, { ...config, layout } as never);
    expect(load('int2')).not.toThrow();
    expect(load('int1')).toThrow(`BitLinear layer "a": layout must be 'int2', got "int1".`);
    expect(load(undefined)).toThrow(`layout must be 'int2', got undefined.`);
  });
});

describe('an input is refused', () => {
  test('of rank 1', () => {
    const layer = bitLinear({ units: 1, name: 'a' });
    expect(() => layer.apply(tf.ones([4]))).toThrow(
      'BitLinear layer "a": input must be of rank 2 or more, [..., in], got [4].',
    );
    expect(layer.built).toBe(false);
    expect(layer.weights).toEqual([]);
  });

  test.each([false, true])('of another last dimension than built for (deployed %p)', (deployed) => {
    const layer = builtLayer(4, { units: 1, name: 'a' });
    if (deployed) layer.deploy();
    for (const input of [tf.ones([2, 5]), tf.ones([2, 3, 5]), tf.input({ shape: [5] })]) {
      expect(() => layer.apply(input)).toThrow(
        `BitLinear layer "a": input must be of shape [..., 4], got ${JSON.stringify(input.shape)}.`,
      );
    }
    expect(apply(layer, tf.ones([2, 4])).shape).toEqual([2, 1]);
  });

  test('of an unknown or empty last dimension', () => {
    const unknown = tf.input({ shape: [3, null] });
    expect(() => bitLinear({ units: 1, name: 'a' }).apply(unknown)).toThrow(
      'BitLinear layer "a": input must be of a known, positive last dimension, got [null,3,null].',
    );
    expect(() => bitLinear({ units: 1 }).apply(tf.zeros([2, 0]))).toThrow('positive last dimension');
  });

  test('of more features than integer sums stay exact for', () => {
    const build = (inFeatures: number, args: Partial<BitLinearOptions> = {}) => () =>
      bitLinear({ units: 1, name: 'a', ...args }).build([null, inFeatures]);
    expect(build(132_105)).toThrow(
      'BitLinear layer "a": input must be of at most 132104 features, for exact integer sums, got [null,132105].',
    );
    expect(build(132_104)).not.toThrow();
    expect(build(132_105, { inputQuantizer: 'none' })).not.toThrow();
  });

  test('of several tensors', () => {
    const layer = bitLinear({ units: 1, name: 'a' });
    const message = 'BitLinear layer "a": input must be one tensor, got';
    expect(() => layer.apply([tf.ones([1, 2]), tf.ones([1, 3])])).toThrow(`${message} [[1,2],[1,3]].`);
    const symbolic = tf.input({ shape: [2] });
    expect(() => layer.apply([symbolic, symbolic])).toThrow(`${message} [[null,2],[null,2]].`);
  });

  test.each([undefined, 5, 'x'])('%p, which is no tensor', (input) => {
    const shown = typeof input === 'string' ? `"${input}"` : String(input);
    expect(() => bitLinear({ units: 1, name: 'a' }).apply(input as never)).toThrow(
      `BitLinear layer "a": input must be a tensor, got ${shown}.`,
    );
  });
}); // prettier-ignore

describe('deploy of a layer refuses', () => {
  test('one that is not built', () => {
    expect(() => bitLinear({ units: 1, name: 'a' }).deploy()).toThrow(
      'BitLinear layer "a": deploy needs a built layer; apply it to an input first.',
    );
  });

  test.each([NaN, Infinity, -Infinity])('a kernel with %p, and changes nothing', (value) => {
    for (const kernelQuantizer of ['bitnet', 'twn', 'lsq', 'paretoq']) {
      const layer = builtLayer(3, { units: 2, name: 'a', kernelQuantizer });
      setKernel(layer, tf.tensor2d([[1, 2], [3, value], [5, 6]])); // prettier-ignore
      expect(() => layer.deploy()).toThrow(
        'BitLinear layer "a": kernel must be finite everywhere before it is packed ' +
          `(see its value at index 3), got ${value}.`,
      );
      expect(layer.deployed).toBe(false);
      expect(weightNames(layer)[0]).toBe('kernel');
      setKernel(layer, randomTensor([3, 2]));
      expect(apply(layer.deploy(), tf.ones([1, 3])).shape).toEqual([1, 2]);
    }
  });

  test('a learned scale of NaN', () => {
    const layer = builtLayer(3, { units: 2, name: 'a', kernelQuantizer: 'lsq' });
    layer.setWeights([randomTensor([3, 2]), tf.zeros([2]), tf.tensor1d([NaN])]);
    expect(() => layer.deploy()).toThrow(/^BitLinear layer "a": scale must be positive and finite/);
    expect(layer.deployed).toBe(false);
  });
});

describe('a deployed layer', () => {
  const deployedLayer = () => builtLayer(70, { units: 2, name: 'a', useBias: false }).deploy();

  test('refuses packed weights of another length or number', () => {
    const layer = deployedLayer();
    const scale = tf.ones([1]);
    expect(() => layer.setWeights([tf.zeros([2, 4], 'int32'), scale])).toThrow(
      'BitLinear layer "a": packed must be int32 of shape [2,8], got {"dtype":"int32","shape":[2,4]}.',
    );
    expect(() => layer.setWeights([scale])).toThrow(
      'BitLinear layer "a": weights must be 2 (packed, scale), got 1.',
    );
  });

  test('keeps every weight where one of those set has another type', () => {
    const layer = deployedLayer();
    const before = layer.getWeights().map((w) => w.dataSync().slice());
    const [packed] = layer.getWeights();
    expect(() => layer.setWeights([tf.zerosLike(packed), tf.ones([1], 'int32')])).toThrow(
      'BitLinear layer "a": scale must be float32 of shape [1], got {"dtype":"int32","shape":[1]}.',
    );
    expect(layer.getWeights().map((w) => w.dataSync())).toEqual(before);
  });

  test('finds code 3 at first use, if it was written past the layer', () => {
    const layer = deployedLayer();
    const words = weight(layer, 'packed').dataSync().slice();
    words[9] = -1;
    layer.weights[0].write(tf.tensor2d(words, [2, 8], 'int32'));
    expect(() => apply(layer, tf.ones([1, 70]))).toThrow(
      'BitLinear layer "a": TernaryMatMul: packed must be words of the codes 0, 1 and 2, got "code 3".',
    );
  });

  test('refuses a backend it has no kernel for', async () => {
    const layer = deployedLayer();
    const own = tf.getBackend();
    tf.registerBackend('elsewhere', () => new MathBackendCPU());
    await tf.setBackend('elsewhere');
    try {
      expect(() => apply(layer, tf.ones([1, 70]))).toThrow(
        'BitLinear layer "a": ternaryMatMul: backend must be cpu, wasm, tensorflow, webgl or webgpu, got "elsewhere".',
      );
    } finally {
      await tf.setBackend(own);
      tf.removeBackend('elsewhere');
    }
  });

  test('has no float kernel to quantize or pack', () => {
    expect(() => deployedLayer().quantizedKernel()).toThrow(
      'BitLinear layer "a": quantizedKernel needs a layer that is not deployed.',
    );
    expect(() => deployedLayer().packKernel()).toThrow('packKernel needs a layer that is not');
  });

  test('keeps outputs when its own weights are set again', () => {
    const layer = deployedLayer();
    const x = randomTensor([3, 70]);
    const y = apply(layer, x);
    layer.setWeights(layer.getWeights().map((w) => tf.clone(w)));
    expectIdentical(apply(layer, x), y);
  });
});
