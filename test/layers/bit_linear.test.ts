import * as tf from '@tensorflow/tfjs';
import { BitLinear, bitLinear, deploy, summary, type BitLinearOptions } from '../../src';
import { apply, builtLayer, weight, weightNames } from '../support/layers';
import { artifactsOf, inMemory, load } from '../support/saving';
import { KERNEL_QUANTIZERS, titled } from '../support/quantizers';
import { expectIdentical, randomTensor, valuesOf } from '../support/values';
import { present } from '../support/present';

describe('bitLinear', () => {
  test('has the defaults it documents', () => {
    const layer = bitLinear({ units: 3 });
    expect(layer).toBeInstanceOf(BitLinear);
    expect(layer).toBeInstanceOf(tf.layers.Layer);
    expect(layer.getClassName()).toBe('BitLinear');
    expect(layer.kernelQuantizer).toEqual({ name: 'bitnet', perOutput: false, addEps: false });
    expect([layer.inputQuantizer, layer.eps, layer.useBias]).toEqual(['int8', 1e-5, true]);
    expect([layer.deployed, layer.inFeatures]).toEqual([false, undefined]);
  });

  test('names its weights kernel [in, out], bias and, if learned, alpha', () => {
    const layer = builtLayer(5, { units: 3 });
    expect(weightNames(layer)).toEqual(['kernel', 'bias']);
    expect(weight(layer, 'kernel').shape).toEqual([5, 3]);
    expect(weight(layer, 'bias').shape).toEqual([3]);
    const learned = (kernelQuantizer: BitLinearOptions['kernelQuantizer'] & object) =>
      weight(builtLayer(5, { units: 3, kernelQuantizer }), 'alpha').shape;
    expect(learned({ name: 'lsq' })).toEqual([1]);
    expect(learned({ name: 'lsq', perOutput: true })).toEqual([3]);
    expect(learned({ name: 'paretoq' })).toEqual([3]);
  });

  test('a deployed layer holds packed (int32), scale and bias, none trainable', () => {
    const layer = builtLayer(65, { units: 3, kernelQuantizer: { name: 'bitnet', perOutput: true } });
    layer.deploy();
    expect(weightNames(layer)).toEqual(['packed', 'scale', 'bias']);
    expect(layer.weights.map(({ dtype }) => dtype)).toEqual(['int32', 'float32', 'float32']);
    expect(layer.weights.map(({ shape }) => shape)).toEqual([[3, 8], [3], [3]]);
    expect(layer.trainableWeights).toEqual([]);
    expect(layer.countParams()).toBe(30);
  }); // prettier-ignore

  test('uses activation and initializers as Dense does', () => {
    const layer = bitLinear({
      units: 2,
      activation: 'relu',
      kernelInitializer: tf.initializers.constant({ value: -2 }),
      biasInitializer: 'ones',
    });
    const y = apply(layer, tf.tensor2d([[1, 1], [-1, -1]])); // prettier-ignore
    expectIdentical(weight(layer, 'kernel'), [-2, -2, -2, -2]);
    expectIdentical(weight(layer, 'bias'), [1, 1]);
    const [first, , third] = valuesOf(y) as Float32Array;
    expect(first).toBe(0);
    expect(third).toBeCloseTo(5, 5);
  });

  test.each([
    [[null, 8], [null, 3]],
    [[2, 5, 8], [2, 5, 3]],
    [[null, null, 4, 8], [null, null, 4, 3]],
  ])('computeOutputShape of %p is %p', (input, output) => {
    expect(bitLinear({ units: 3 }).computeOutputShape(input)).toEqual(output);
  }); // prettier-ignore

  test('inputs of an unknown rank-3 length are fine, also deployed', () => {
    const model = tf.sequential({ layers: [bitLinear({ units: 3, inputShape: [null, 8] })] });
    expect(model.outputs[0].shape).toEqual([null, null, 3]);
    const deployed = deploy(model);
    for (const length of [1, 6]) {
      const x = randomTensor([2, length, 8]);
      expectIdentical(deployed.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
    }
  });

  test.each(['int32', 'bool'] as const)('casts inputs of %s, trained and deployed', (dtype) => {
    const layer = builtLayer(3, { units: 2 });
    const x = tf.tensor2d([[1, 0, 1], [0, 1, 1]], [2, 3], dtype); // prettier-ignore
    const expected = apply(layer, tf.cast(x, 'float32'));
    expectIdentical(apply(layer, x), expected);
    expectIdentical(apply(layer.deploy(), x), expected);
  });

  test('building it again changes nothing', () => {
    for (const layer of [
      builtLayer(5, { units: 3, kernelQuantizer: 'lsq' }),
      builtLayer(5, { units: 3 }).deploy(),
    ]) {
      const weights = layer.getWeights();
      layer.build([null, 5]);
      expect(layer.getWeights()).toEqual(weights);
      expect(() => layer.build([null, 6])).toThrow('input must be of shape [..., 5]');
    }
  });

  test.each(titled(KERNEL_QUANTIZERS))('config makes an equal layer: %s', (_, kernelQuantizer) => {
    const args: BitLinearOptions = {
      units: 3,
      name: 'mine',
      kernelQuantizer,
      inputQuantizer: 'none',
      eps: 0.001,
      useBias: false,
      activation: 'tanh',
      kernelRegularizer: tf.regularizers.l1l2({ l1: 0.1, l2: 0.2 }),
      kernelInitializer: tf.initializers.randomUniform({ minval: 1, maxval: 2, seed: 3 }),
      trainable: false,
    };
    const config = bitLinear(args).getConfig();
    expect(config['kernelQuantizer']).toMatchObject(kernelQuantizer);
    const again = BitLinear.fromConfig(BitLinear, structuredClone(config)) as BitLinear;
    expect(again).toBeInstanceOf(BitLinear);
    expect(again.getConfig()).toEqual(config);
    expect(again.trainable).toBe(false);
  });

  test('the config names the layout only once deployed', () => {
    const layer = builtLayer(5, { units: 3 });
    expect(layer.getConfig()).not.toHaveProperty('layout');
    expect(layer.deploy().getConfig()).toMatchObject({ deployed: true, layout: 'int2' });
  });
});

class Named extends BitLinear {
  static override readonly className: string = 'Named';
  label(): string {
    return `${this.name} of ${this.units}`;
  }
}
tf.serialization.registerClass(Named);

test('a class that extends BitLinear is deployed, saved and loaded as itself', async () => {
  const model = tf.sequential({ layers: [new Named({ units: 3, inputShape: [70] })] });
  const x = randomTensor([2, 70]);
  const loaded = await inMemory(deploy(model));
  expect(loaded.layers[0]).toBeInstanceOf(Named);
  expectIdentical(loaded.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  expect(summary(model).layers[0].className).toBe('Named');
});

test('a class that extends BitLinear may take options of its own', async () => {
  class Tagged extends BitLinear {
    static override readonly className: string = 'Tagged';
    constructor(readonly args: ConstructorParameters<typeof BitLinear>[0] & { tag: string }) {
      super(args);
    }
    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), tag: this.args.tag };
    }
  }
  tf.serialization.registerClass(Tagged);
  const layer = new Tagged({ units: 2, inputShape: [3], tag: 'mine' });
  const model = tf.sequential({ layers: [layer] });
  for (const saved of [model, deploy(model)]) {
    const [loaded] = (await inMemory(saved)).layers;
    expect((loaded as Tagged).args.tag).toBe('mine');
  }
  expect(() => new Tagged({ units: 0, tag: 'mine' })).toThrow('units must be a positive integer');
});

describe('BitLinear.fromDense', () => {
  const dense = () => {
    const layer = tf.layers.dense({ units: 4, activation: 'relu', name: 'head' });
    layer.build([null, 6]);
    return layer;
  };

  test('takes over name, config and weights; options replace', () => {
    const source = dense();
    const layer = BitLinear.fromDense(source, { kernelQuantizer: 'twn', name: 'other' });
    expect([layer.name, layer.units, layer.kernelQuantizer.name]).toEqual(['other', 4, 'twn']);
    expect(layer.getConfig()).toMatchObject({ activation: 'relu' });
    expectIdentical(weight(layer, 'kernel'), weight(source, 'kernel'));
    expect(BitLinear.fromDense(dense()).name).toBe('head');
  });

  test('copies: the Dense layer stays as it is', () => {
    const source = dense();
    const kernel = weight(source, 'kernel').dataSync().slice();
    const copy = BitLinear.fromDense(source);
    copy.setWeights([tf.ones([6, 4]), tf.ones([4])]);
    copy.deploy();
    expectIdentical(weight(source, 'kernel'), kernel);
    expectIdentical(apply(source, tf.zeros([1, 6])), [0, 0, 0, 0]);
  });

  test('an unbuilt Dense layer gives an unbuilt BitLinear', () => {
    expect(BitLinear.fromDense(tf.layers.dense({ units: 4 })).built).toBe(false);
  });

  test('its layer saves and loads in a model', async () => {
    const layer = BitLinear.fromDense(dense(), { kernelQuantizer: 'lsq' });
    const input = tf.input({ shape: [6] });
    const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
    const x = randomTensor([3, 6]);
    expectIdentical((await inMemory(model)).predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  });

  test('takes over instances, a frozen layer, inputDim', () => {
    const source = tf.layers.dense({
      units: 4,
      inputDim: 6,
      trainable: false,
      activation: 'softsign',
      kernelInitializer: tf.initializers.randomUniform({ minval: 1, maxval: 2, seed: 3 }),
      biasInitializer: tf.initializers.constant({ value: 3 }),
      kernelRegularizer: tf.regularizers.l1l2({ l1: 0.1, l2: 0.2 }),
      biasRegularizer: tf.regularizers.l1({ l1: 0.3 }),
    });
    const layer = BitLinear.fromDense(source, { kernelQuantizer: 'lsq' });
    expect(layer.getConfig()).toMatchObject(source.getConfig());
    const model = tf.sequential({ layers: [layer] });
    expect(model.inputs[0].shape).toEqual([null, 6]);
    expect(model.trainableWeights).toEqual([]);
    expectIdentical(weight(layer, 'bias'), [3, 3, 3, 3]);
    expect(tf.min(weight(layer, 'kernel')).dataSync()[0]).toBeGreaterThanOrEqual(1);
    expect(layer.calculateLosses()).toHaveLength(2);
  });

  test('on a class that extends BitLinear makes a layer of that class', () => {
    const layer = Named.fromDense(dense());
    expect(layer).toBeInstanceOf(Named);
    expect(layer.label()).toBe('head of 4');
  });

  test('refuses a class that extends Dense, which may compute something else', () => {
    const Dense = tf.layers.dense({ units: 1 }).constructor as new (
      args: object,
    ) => tf.layers.Layer;
    class Doubled extends Dense {
      static readonly className = 'Doubled';
    }
    expect(() => BitLinear.fromDense(new Doubled({ units: 2 }))).toThrow(
      'dense must be a tf.layers.dense layer, got "Doubled"',
    );
  });

  test('refuses what its weights decide, and misspelt options', () => {
    const refuse = (options: object) => () => BitLinear.fromDense(dense(), options);
    expect(refuse({ units: 5 })).toThrow('BitLinear.fromDense: options has no "units".');
    expect(refuse({ kernelQuantiser: 'twn' })).toThrow(
      'BitLinear.fromDense: options has no "kernelQuantiser". Did you mean "kernelQuantizer"?',
    );
  });

  test('an option that is undefined is as in the Dense layer', () => {
    const source = tf.layers.dense({ units: 2, activation: 'relu', name: 'kept' });
    const options = { activation: undefined, name: undefined } as object;
    expect(BitLinear.fromDense(source, options).getConfig()).toMatchObject({
      activation: 'relu',
      name: 'kept',
    });
  });

  test('refuses what is not a Dense layer', () => {
    const refuse = (layer: unknown) => () => BitLinear.fromDense(layer as tf.layers.Layer);
    const message = 'BitLinear.fromDense: dense must be a tf.layers.dense layer, got';
    expect(refuse(tf.layers.dropout({ rate: 0.1 }))).toThrow(`${message} "Dropout"`);
    expect(refuse(bitLinear({ units: 3 }))).toThrow(`${message} "BitLinear"`);
    expect(refuse(undefined)).toThrow(`${message} undefined`);
  });

  test('refuses a constraint', () => {
    const kernelConstraint = tf.constraints.nonNeg();
    const source = tf.layers.dense({ units: 4, kernelConstraint });
    expect(() => BitLinear.fromDense(source)).toThrow('kernelConstraint must be null');
  });
});

describe('masks', () => {
  function model() {
    const inputs = tf.input({ shape: [5] });
    const embedded = tf.layers
      .embedding({ inputDim: 10, outputDim: 6, maskZero: true })
      .apply(inputs);
    const linear = bitLinear({ units: 4 }).apply(embedded);
    const last = tf.layers.simpleRNN({ units: 3 }).apply(linear) as tf.SymbolicTensor;
    return tf.model({ inputs, outputs: last });
  }

  test('pass through to the layers above, trained and deployed', () => {
    const source = model();
    const x = tf.tensor2d([[1, 2, 0, 0, 0], [1, 2, 3, 0, 0]]); // prettier-ignore
    // The state after the last real step: zeros after it do not matter, another word does.
    const rnn = present(source.layers.at(-1));
    const upToTwo = tf.model({ inputs: source.inputs, outputs: source.layers[2].output });
    const features = upToTwo.predict(x) as tf.Tensor3D;
    const state = rnn.apply(tf.slice(features, [0, 0, 0], [1, 2, 4])) as tf.Tensor;
    for (const candidate of [source, deploy(source)]) {
      const y = candidate.predict(x) as tf.Tensor;
      const [short, long] = tf.split(y, 2);
      expect(tf.max(tf.abs(tf.sub(short, state))).dataSync()[0]).toBeLessThan(1e-6);
      expect(tf.max(tf.abs(tf.sub(short, long))).dataSync()[0]).toBeGreaterThan(1e-4);
    }
  });

  test('computeMask hands the mask on', () => {
    const layer = bitLinear({ units: 4 });
    const mask = tf.tensor2d([[1, 0]], [1, 2], 'bool');
    expect(layer.computeMask(tf.zeros([1, 2, 3]), mask)).toBe(mask);
    expect(layer.supportsMasking).toBe(true);
  });
});

test('saved JSON carries a quantizer of two words and its options unharmed', async () => {
  const kernelQuantizer = { name: 'twn', factor: 0.5, perOutput: true } as const;
  const args = { units: 3, inputShape: [4], kernelQuantizer, inputQuantizer: 'none' as const };
  const artifacts = await artifactsOf(tf.sequential({ layers: [bitLinear(args)] }));
  expect(JSON.stringify(artifacts.modelTopology)).toContain('"name":"twn"');
  const layer = (await load(artifacts)).layers[0] as BitLinear;
  expect(layer.kernelQuantizer).toEqual(kernelQuantizer);
  expect(layer.inputQuantizer).toBe('none');
});
