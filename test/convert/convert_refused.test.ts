import * as tf from '@tensorflow/tfjs';
import { convert, planConversion, type ConvertOptions } from '../../src';
import { Dense } from '../../src/tfjs/dense';
import { memory } from '../support/leaks';
import { predictions, weightValues } from '../support/models';
import { expectIdentical, randomTensor } from '../support/values';

const { dense } = tf.layers;
const X = () => randomTensor([4, 3]);

/** The source predicts as before, trains as a copy that nobody tried to convert, and nothing is left. */
async function expectRefused(
  build: () => tf.LayersModel,
  message: string | RegExp,
  options: object = {},
): Promise<void> {
  const [model, other] = [build(), build()];
  other.setWeights(model.getWeights());
  const outputs = predictions(model, X());
  const before = memory();
  const config = JSON.stringify(model.getConfig());
  expect(() => convert(model, options as ConvertOptions)).toThrow(message);
  expect(() => planConversion(model, options as ConvertOptions)).toThrow(
    typeof message === 'string' ? message.replace(/^convert:/, 'planConversion:') : message,
  );
  expect(memory()).toEqual(before);
  expect(JSON.stringify(model.getConfig())).toBe(config);
  predictions(model, X()).forEach((y, i) => expectIdentical(y, outputs[i]));
  for (const each of [model, other]) {
    each.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const targets = outputs.map((y) => tf.add(y, 1));
    await each.fit(X(), targets, { epochs: 2, shuffle: false, verbose: 0 });
  }
  expect(Object.values(weightValues(model))).toEqual(Object.values(weightValues(other)));
}

function net(...layers: tf.layers.Layer[]): tf.LayersModel {
  return tf.sequential({ name: 'net', layers: [dense({ units: 3, inputShape: [3] }), ...layers] });
}

/** A layer of one's own around a Dense layer whose weights it may report. */
class Holder extends tf.layers.Layer {
  static readonly className: string = 'Holder';
  readonly inner = dense({ units: 3, name: 'inner', kernelInitializer: 'ones' });
  constructor(readonly args: { reports: boolean; name?: string }) {
    super(args);
  }
  override build(shape: tf.Shape): void {
    this.inner.build(shape);
    if (this.args.reports) this.trainableWeights = this.inner.trainableWeights;
    this.built = true;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return this.inner.apply(inputs) as tf.Tensor;
  }
  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), reports: this.args.reports };
  }
}
tf.serialization.registerClass(Holder);

class Unregistered extends Holder {
  static override readonly className = 'Unregistered';
}

class SameName extends Holder {}

class Doubled extends Dense {
  static override readonly className = 'Doubled';
  override call(...args: Parameters<tf.layers.Layer['call']>): tf.Tensor {
    return tf.mul(super.call(...args) as tf.Tensor, 2);
  }
}
tf.serialization.registerClass(Doubled);

const anew = 'convert: model "net" cannot be made anew: ';

describe('convert refuses, and leaves the source as it was', () => {
  test.each([undefined, null, {}, 3, 'model'])('what is not a model: %p', (model) => {
    expect(() => convert(model as never)).toThrow('convert: model must be a tf.LayersModel, got');
    expect(() => planConversion(model as never)).toThrow('planConversion: model must be');
  });

  test('a model without layers', () => {
    expect(() => convert(tf.sequential({ name: 'net' }))).toThrow(`${anew}it has no layers.`);
  });

  test('a layer both wrapped and used directly', () =>
    expectRefused(() => {
      const layer = dense({ units: 3, name: 'twice' });
      const x = tf.input({ shape: [3] });
      const row = tf.layers.reshape({ targetShape: [1, 3] }).apply(x);
      const wrapped = tf.layers.timeDistributed({ layer, name: 'wrapper' }).apply(row);
      const outputs = layer.apply(wrapped) as tf.SymbolicTensor;
      return tf.model({ inputs: x, outputs, name: 'net' });
    }, `${anew}the layers "wrapper/twice" and "twice" are one layer, which a saved model cannot express.`));

  test('a layer in two nested models, even if it is skipped', () =>
    expectRefused(
      () => {
        const shared = dense({ units: 3, name: 'shared' });
        const inner = (name: string) => {
          const x = tf.input({ shape: [3] });
          return tf.model({ inputs: x, outputs: shared.apply(x) as tf.SymbolicTensor, name });
        };
        const x = tf.input({ shape: [3] });
        const branches = [inner('a').apply(x), inner('b').apply(x)] as tf.SymbolicTensor[];
        const outputs = tf.layers.add().apply(branches) as tf.SymbolicTensor;
        return tf.model({ inputs: x, outputs, name: 'net' });
      },
      `${anew}the layers "a/shared" and "b/shared" are one layer`,
      { skip: () => true },
    ));

  test('two layers of one path, as names may hold a slash', () =>
    expectRefused(() => {
      const x = tf.input({ shape: [3] });
      const inner = tf.sequential({
        name: 'encoder',
        layers: [dense({ units: 3, inputShape: [3], name: 'first' })],
      });
      const y = dense({ units: 3, name: 'encoder/first' }).apply(inner.apply(x));
      return tf.model({ inputs: x, outputs: y as tf.SymbolicTensor, name: 'net' });
    }, 'convert: two layers of model "net" have the path "encoder/first". Give one another name.'));

  test('a custom layer that holds a layer without reporting its weights', () =>
    expectRefused(
      () => net(new Holder({ reports: false, name: 'holder' }), dense({ units: 1 })),
      `${anew}layer "holder" of class "Holder" holds the layer "inner" without reporting its weights`,
    ));

  test('a class that is not registered', () =>
    expectRefused(
      () => net(new Unregistered({ reports: true, name: 'own' })),
      `${anew}layer "own" is of class "Unregistered", which is not registered. Register it with`,
    ));

  test('a class that has the name of another one', () =>
    expectRefused(
      () => net(new SameName({ reports: true, name: 'own' })),
      `${anew}layer "own" is of another class than the one registered as "Holder". Give its class`,
    ));

  test('a nested model of a class that is not registered', () => {
    class OwnModel extends tf.LayersModel {
      static override readonly className: string = 'OwnModel';
    }
    return expectRefused(() => {
      const x = tf.input({ shape: [3] });
      const y = dense({ units: 3 }).apply(x) as tf.SymbolicTensor;
      return net(new OwnModel({ inputs: x, outputs: y, name: 'inner' }));
    }, `${anew}layer "inner" is of class "OwnModel", which is not registered.`);
  });

  test('an activation, and an initializer, that are not registered', async () => {
    // tfjs exports neither base class.
    const baseOf = (instance: object) =>
      Object.getPrototypeOf(instance.constructor) as new () => tf.serialization.Serializable;
    const { activation } = dense({ units: 1, activation: 'relu' }) as unknown as {
      activation: object;
    };
    class Cube extends baseOf(activation) {
      static readonly className: string = 'cube';
      readonly apply = (x: tf.Tensor) => tf.pow(x, 3);
      readonly getConfig = () => ({});
    }
    await expectRefused(
      () => net(dense({ units: 3, name: 'own', activation: new Cube() as never })),
      `${anew}layer "own" uses the class "cube", which is not registered.`,
    );
    class Fours extends baseOf(tf.initializers.zeros()) {
      static readonly className: string = 'Fours';
      readonly apply = (shape: number[]) => tf.fill(shape, 4);
      readonly getConfig = () => ({});
    }
    await expectRefused(
      () => net(dense({ units: 3, name: 'own', kernelInitializer: new Fours() as never })),
      `${anew}layer "own" uses the class "Fours", which is not registered.`,
    );
  });

  test('compile: true for a model that is not compiled', () =>
    expectRefused(net, 'convert: compile is true, but model "net" is not compiled.', {
      compile: true,
    }));

  test.each<[object, string | RegExp]>([
    [{ quantizer: 'twn' }, 'convert: options has no "quantizer". It takes kernelQuantizer, '],
    [{ kernelQuantizer: 'tnw' }, 'convert: kernelQuantizer must be one of ["bitnet","twn",'],
    [
      { kernelQuantizer: 3 },
      'convert: kernelQuantizer must be a name or {name, ...options}, got 3.',
    ],
    [
      { kernelQuantizer: { name: 'twn', factor: 'x' } },
      'convert: twn: factor must be a positive finite number',
    ],
    [{ inputQuantizer: 'int4' }, `convert: inputQuantizer must be 'int8' or 'none', got "int4".`],
    [{ skip: 3 }, 'convert: skip must be a name, a path, a list of them, or a function'],
    [{ skip: [''] }, 'convert: skip must be a name, a path, a list of them, or a function'],
    [{ skip: /head/ }, 'convert: skip must be a name, a path, a list of them, or a function'],
    [
      { skip: 'hed*' },
      /skip must be names or paths of layers of model "net" \("dense_Dense\d+"\), got "hed\*"\.$/,
    ],
    [{ convertOutputs: 'yes' }, 'convert: convertOutputs must be true or false, got "yes".'],
    [{ compile: 1 }, 'convert: compile must be true or false, got 1.'],
    [{ layerOptions: {} }, 'convert: layerOptions must be a function (layer, path) =>'],
  ])('the options %j', (options, message) => expectRefused(net, message, options));

  test('skip in a net of many layers, of which the first ten are named', () => {
    const letters = [...'abcdefghijk'];
    const deep = () => net(...letters.map((name) => dense({ units: 3, name })));
    const named = letters.slice(0, 9).map((name) => `"${name}"`);
    const message = new RegExp(`Dense\\d+", ${named.join(', ')} and 2 more\\), got "head"`);
    return expectRefused(deep, message, { skip: 'head' });
  });

  test.each<[unknown, string | RegExp]>([
    [
      undefined,
      'convert: layerOptions("own") must be an object {kernelQuantizer, inputQuantizer, eps}',
    ],
    [
      'twn',
      'convert: layerOptions("own") must be an object {kernelQuantizer, inputQuantizer, eps}',
    ],
    [{ units: 4 }, 'convert: layerOptions("own") has no "units". It takes kernelQuantizer, '],
    [{ inputQuantizer: 'int4' }, `convert: layerOptions("own").inputQuantizer must be 'int8'`],
    [{ eps: NaN }, 'convert: layerOptions("own").eps must be a finite number'],
    [{ kernelQuantizer: 'tnw' }, /^BitLinear layer "own": kernelQuantizer must be one of/],
    [
      { eps: -1 },
      'convert: layerOptions("own").eps must be a finite number of at least 1e-30, got -1.',
    ],
  ])('layerOptions that give %j', (given, message) =>
    expectRefused(() => net(dense({ units: 3, name: 'own' })), message, {
      layerOptions: (layer: tf.layers.Layer) => (layer.name === 'own' ? given : {}),
      convertOutputs: true,
    }),
  );

  test('options that are not an object', () =>
    expectRefused(
      net,
      'convert: options must be an object {kernelQuantizer, inputQuantizer,',
      'twn' as never,
    ));
});

test('a config that does not make its layer anew: nothing is left of the new model', () => {
  class Forgetful extends tf.layers.Layer {
    static readonly className = 'Forgetful';
    constructor(readonly args: { size?: number; name?: string }) {
      super(args);
    }
    override build(): void {
      const { size = 2 } = this.args;
      this.addWeight('values', [size], 'float32', tf.initializers.zeros());
      this.built = true;
    }
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.clone([inputs].flat()[0]);
    }
  }
  tf.serialization.registerClass(Forgetful);
  const model = net(new Forgetful({ size: 5, name: 'own' }), dense({ units: 1 }));
  const before = memory();
  expect(() => convert(model, { kernelQuantizer: 'lsq' })).toThrow(
    'Layer "own" of class Forgetful cannot be made anew from its config: its weight "own/values" has ' +
      'shape [5], that of the new layer [2].',
  );
  expect(memory()).toEqual(before);
});

describe('left alone, and said so', () => {
  test('Dense layers inside a custom layer that reports their weights', () => {
    const model = net(new Holder({ reports: true, name: 'holder' }), dense({ units: 1 }));
    expect(planConversion(model).layers[1]).toMatchObject({
      path: 'holder/inner',
      shape: [3, 3],
      converted: false,
      reason: 'inside "holder" of class Holder',
    });
    const copy = convert(model, { skip: () => true });
    expectIdentical(copy.predict(X()) as tf.Tensor, model.predict(X()) as tf.Tensor);
  });

  test('a class that extends Dense', () => {
    const model = net(new Doubled({ units: 3, name: 'doubled' }), dense({ units: 1 }));
    expect(planConversion(model).layers[1]).toMatchObject({
      className: 'Doubled',
      reason: 'its class Doubled extends Dense',
    });
    const copy = convert(model, { skip: () => true });
    expectIdentical(copy.predict(X()) as tf.Tensor, model.predict(X()) as tf.Tensor);
  });
});
