import * as tf from '@tensorflow/tfjs';
import { sourceLayers } from '../../src/topology/source_layers';

const { dense, inputLayer, reLU, timeDistributed } = tf.layers;

function chain(x: tf.SymbolicTensor, ...layers: tf.layers.Layer[]): tf.SymbolicTensor {
  return layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
}

function added(...inputs: tf.SymbolicTensor[]): tf.SymbolicTensor {
  return tf.layers.add().apply(inputs) as tf.SymbolicTensor;
}

const units = (name: string) => dense({ units: 4, name });

function inner(...layers: tf.layers.Layer[]): tf.Sequential {
  return tf.sequential({ layers: [inputLayer({ inputShape: [4] }), ...layers] });
}

const hasNoWeights = (layer: tf.layers.Layer) => layer.weights.length === 0;

/** Names of the sources, layers without weights looked through. */
function sourcesOf(tensor: tf.SymbolicTensor, looksThrough = hasNoWeights): string[] {
  return sourceLayers(tensor, looksThrough).map(({ name }) => name);
}

const start = () => tf.input({ shape: [4], name: 'start' });

describe('from a tensor back', () => {
  test('the layer that made it is the source, unless it is looked through', () => {
    const y = chain(start(), units('a'), reLU({ name: 'relu' }));
    expect(sourcesOf(y, () => false)).toEqual(['relu']);
    expect(sourcesOf(y)).toEqual(['a']);
    expect(sourcesOf(y, () => true)).toEqual(['start']);
    expect(sourcesOf(start(), () => true)).toEqual(['start']);
  });

  test('several ways give several sources, each once', () => {
    const x = start();
    const a = chain(x, units('a'));
    expect(sourcesOf(added(chain(a, reLU()), a, x, chain(x, units('b'))))).toEqual([
      'a',
      'start',
      'b',
    ]);
  });

  test('a shared layer is looked through by the use that led to it', () => {
    const [x, shared] = [start(), reLU()];
    const [first, second] = ['a', 'b'].map((name) => chain(x, units(name), shared));
    expect(sourcesOf(first)).toEqual(['a']);
    expect(sourcesOf(second)).toEqual(['b']);
    expect(sourcesOf(chain(first, shared, shared))).toEqual(['a']);
  });

  test('a layer with several outputs is one source, and is looked through to all its inputs', () => {
    const x = tf.input({ shape: [3, 4], name: 'steps' });
    const lstm = tf.layers.lstm({ units: 4, returnState: true, name: 'lstm' });
    const [y, h, c] = lstm.apply(x) as tf.SymbolicTensor[];
    expect(sourcesOf(added(y, h, c))).toEqual(['lstm']);
    const decoder = tf.layers.lstm({ units: 4, name: 'decoder' });
    const states = [chain(h, units('a')), c];
    const decoded = decoder.apply(x, { initialState: states }) as tf.SymbolicTensor;
    expect(sourcesOf(decoded, ({ name }) => name === 'decoder')).toEqual(['steps', 'a', 'lstm']);
  });
});

describe('nested models', () => {
  test('are entered', () => {
    expect(sourcesOf(chain(start(), inner(units('a'), units('b'))), () => false)).toEqual(['b']);
    expect(sourcesOf(chain(start(), inner(inner(units('a')), reLU())))).toEqual(['a']);
  });

  test('are left by what they were applied to in this use', () => {
    const nested = inner(inner(reLU()), reLU());
    const x = start();
    const [first, second] = ['a', 'b'].map((name) => chain(x, units(name), nested));
    expect(sourcesOf(first)).toEqual(['a']);
    expect(sourcesOf(second)).toEqual(['b']);
    expect(sourcesOf(chain(first, nested, nested))).toEqual(['a']);
    expect(sourcesOf(chain(x, nested), () => true)).toEqual(['start']);
  });

  test('lead from each output to its own sources, and from each input outside', () => {
    const [p, q] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
    const outputs = [chain(q, reLU()), added(chain(p, units('in')), q), p];
    const nested = tf.model({ inputs: [p, q], outputs });
    const x = start();
    const [a, b] = ['a', 'b'].map((name) => chain(x, units(name)));
    const given = nested.apply([a, b]) as tf.SymbolicTensor[];
    expect(given.map((tensor) => sourcesOf(tensor))).toEqual([['b'], ['in', 'b'], ['a']]);
  });

  test('at the beginning of a Sequential are entered and left too', () => {
    const model = tf.sequential({ layers: [inner(reLU()), reLU()] });
    expect(sourcesOf(chain(start(), units('a'), model))).toEqual(['a']);
    expect(sourcesOf(model.outputs[0], () => true)).toEqual([model.inputs[0].sourceLayer.name]);
  });

  test('end at their own inputs where the walk begins in them', () => {
    const model = inner(reLU());
    chain(start(), units('a'), model);
    expect(sourcesOf(model.outputs[0])).toEqual([model.inputs[0].sourceLayer.name]);
  });
});

describe('wrappers', () => {
  const steps = () => tf.input({ shape: [3, 2, 4], name: 'steps' });
  const wrapped = (layer: tf.layers.Layer) =>
    timeDistributed({ layer: timeDistributed({ layer }) });

  test('give the layer in them', () => {
    expect(sourcesOf(chain(steps(), wrapped(units('a'))))).toEqual(['a']);
    expect(sourcesOf(chain(steps(), units('a'), wrapped(reLU({ name: 'relu' }))))).toEqual(['a']);
  });

  test('around a nested model with a wrapper in it are entered and left', () => {
    const core = (...layers: tf.layers.Layer[]) => {
      const x = tf.input({ shape: [2, 4] });
      const outputs = chain(x, timeDistributed({ layer: inner(...layers) }), reLU());
      return timeDistributed({ layer: tf.model({ inputs: x, outputs }) });
    };
    expect(sourcesOf(chain(steps(), units('a'), core(units('b'))))).toEqual(['b']);
    expect(sourcesOf(chain(steps(), units('a'), core(reLU())))).toEqual(['a']);
  });
});
