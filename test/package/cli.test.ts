import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { convert, deploy, planConversion, summary, verify } from '../../src';
import { folder } from '../../src/io/folder';
import { batchNormalization, bitLinear } from '../../src';
import { cli, json } from '../support/cli';
import { FLOAT_MODELS } from '../support/float_models';
import { bytesIn, filesIn, newFolder, removeFolders, saved } from '../support/folders';
import { MODELS } from '../support/models';
import { randomTensor } from '../support/values';

jest.setTimeout(60_000);
beforeAll(() => tf.setBackend('wasm'));
afterAll(removeFolders);

/** Registers classes that the command does not know otherwise. */
const OWN_CLASSES = join(__dirname, '../support/own_classes.cjs');

const names = (cases: Record<string, unknown>) => Object.keys(cases).map((name) => [name]);

/** A trained model has other biases than zeros. */
function floatNet(): tf.Sequential {
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 12, inputShape: [20], activation: 'relu', name: 'first' }));
  model.add(tf.layers.dense({ units: 8, name: 'second' }));
  model.add(tf.layers.dense({ units: 3, name: 'head' }));
  model.setWeights(model.getWeights().map(({ shape }, i) => randomTensor(shape, i + 1)));
  return model;
}

function ternaryNet(inputQuantizer: 'int8' | 'none' = 'int8'): tf.Sequential {
  const model = tf.sequential();
  model.add(bitLinear({ units: 12, inputShape: [20], name: 'first', inputQuantizer }));
  model.add(tf.layers.dense({ units: 3, name: 'head' }));
  return model;
}

const load = (path: string) => tf.loadLayersModel(folder(path));

describe('convert', () => {
  test.each(FLOAT_MODELS)('%s: the bytes that the function gives', async (_title, build) => {
    const from = await saved(build().model);
    const [to, expected] = [newFolder(), newFolder()];
    const before = filesIn(from);
    const isOwn = /Affine|quickGelu/.test(before['model.json'].bytes.toString());
    const imports = isOwn ? ['--import', OWN_CLASSES] : [];
    const plan = json('convert', from, to, '--quantizer', 'twn', ...imports);
    const model = await load(from);
    const options = { kernelQuantizer: 'twn' };
    await convert(model, options).save(folder(expected));
    expect(bytesIn(to)).toEqual(bytesIn(expected));
    expect(plan).toEqual(JSON.parse(JSON.stringify(planConversion(model, options))));
    expect(filesIn(from)).toEqual(before);
  });

  test('with every option', async () => {
    const net = floatNet();
    net.add(tf.layers.layerNormalization({ name: 'norm' }));
    const from = await saved(net);
    const [to, expected] = [newFolder(), newFolder()];
    const quantizer = { name: 'bitnet', perOutput: true } as const;
    const flags = ['--quantizer', JSON.stringify(quantizer), '--input-quantizer', 'none'];
    const { code, stdout } = cli(
      ...[
        'convert',
        from,
        to,
        ...flags,
        '--skip',
        'sec*',
        '--skip',
        'nothing',
        '--convert-outputs',
      ],
    );
    expect([code, stdout]).toEqual([2, '']); // "nothing" meets no layer
    const keep = ['--convert-outputs', '--keep-normalizations'];
    const rest = ['--skip', 'sec*', '--skip', 'second', ...keep];
    const done = cli('convert', from, to, ...flags, ...rest);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/second +\[12,8\] +kept: /);
    const options = { kernelQuantizer: quantizer, inputQuantizer: 'none', skip: 'sec*' } as const;
    const converted = convert(await load(from), {
      ...options,
      convertOutputs: true,
      keepNormalizations: true,
    });
    await converted.save(folder(expected));
    expect(converted.layers.map((layer) => layer.getClassName())).toEqual([
      ...['BitLinear', 'Dense', 'BitLinear', 'LayerNormalization'],
    ]);
    expect(bytesIn(to)).toEqual(bytesIn(expected));
  });

  test('nothing to convert is an error that shows why', async () => {
    const from = await saved(floatNet());
    const to = newFolder();
    const { code, stderr } = cli('convert', from, to, '--skip', '*');
    expect([code, existsSync(to)]).toEqual([2, false]);
    expect(stderr).toMatch(/no layer would change[^]*first +\[20,12\] +kept: /);
  });
});

describe('deploy, summary and verify', () => {
  test.each(names(MODELS))('%s: as the functions', async (name) => {
    const from = await saved(MODELS[name]().model);
    const [to, expected] = [newFolder(), newFolder()];
    const before = filesIn(from);
    const printed = json('deploy', from, to);
    const deployed = deploy(await load(from));
    await deployed.save(folder(expected));
    expect(bytesIn(to)).toEqual(bytesIn(expected));
    expect(printed).toEqual(JSON.parse(JSON.stringify(summary(deployed))));
    expect(json('summary', to)).toEqual({ ...(printed as object), plan: null });
    const layers = expect.arrayContaining([expect.objectContaining({ identical: true })]);
    const answer = { verified: true, backend: 'wasm', rows: 32, identical: true, layers };
    expect(json('verify', from, to)).toMatchObject(answer);
    expect(filesIn(from)).toEqual(before);
  });

  test('deploy --fold: as the function, and verified', async () => {
    const model = tf.sequential({
      layers: [
        bitLinear({ units: 6, inputShape: [9] }),
        batchNormalization({ gammaInitializer: 'glorotUniform' }),
      ],
    });
    const [from, to] = [await saved(model), newFolder()];
    const printed = json('deploy', from, to, '--fold');
    const expected = summary(deploy(await load(from), { fold: true }));
    expect(printed).toEqual(JSON.parse(JSON.stringify(expected)));
    const layers = [expect.objectContaining({ promise: '1e-6 relative', kept: true })];
    expect(json('verify', from, to)).toMatchObject({ verified: true, layers });
  });

  test('summary of a float model has the plan of its conversion too', async () => {
    const model = floatNet();
    const from = await saved(model);
    const { code, stdout, stderr } = cli('summary', from);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${summary(model)}\n\n${planConversion(model)}\n`);
    expect(stdout).toMatch(/\nAs a ternary model \(convert, then deploy\): .*\n$/);
    const { layers, totals } = summary(model);
    const plan: unknown = JSON.parse(JSON.stringify(planConversion(model)));
    expect(json('summary', from)).toEqual({ layers, totals, plan });
  });

  test('summary of a float model that cannot be converted says why', async () => {
    const model = tf.sequential();
    const inner = [tf.layers.dense({ units: 3, inputShape: [3], name: 'first' })];
    model.add(tf.sequential({ name: 'encoder', layers: inner }));
    model.add(tf.layers.dense({ units: 3, name: 'encoder/first' }));
    const from = await saved(model);
    const { code, stdout } = cli('summary', from);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^total [^]*\n\nAs a ternary model: planConversion: two layers of model /m,
    );
    expect(json('summary', from)).toMatchObject({ plan: null });
  });

  test('summary of a model without layers to convert has no plan', async () => {
    const signal = { filters: 2, kernelSize: 3, inputShape: [8, 1] };
    const { stdout } = cli(
      'summary',
      await saved(tf.sequential({ layers: [tf.layers.conv1d(signal)] })),
    );
    expect(stdout).toMatch(/\ntotal [^\n]*\n$/);
  });

  test('a deployed model that computes something else is not verified: exit code 1', async () => {
    const model = ternaryNet();
    const other = deploy(model);
    const [packed, scale, bias] = other.layers[0].getWeights();
    other.layers[0].setWeights([packed, scale, tf.add(bias, 0.5)]);
    const paths = [await saved(model), await saved(other)];
    const { code, stdout, stderr } = cli('verify', ...paths);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/first +identical +NO +0\.5/);
    expect(stdout).toMatch(/outputs +differ[^]*NOT verified on 32 random inputs/);
    const asJson = cli('verify', ...paths, '--json');
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ verified: false, identical: false });
  });

  test('a model that is not finite: infinities are written as strings', async () => {
    const model = ternaryNet();
    const other = deploy(model);
    const [kernel, bias] = other.layers[1].getWeights();
    other.layers[1].setWeights([tf.mul(kernel, NaN), bias]);
    const { code, stdout } = cli('verify', await saved(model), await saved(other), '--json');
    expect([code, JSON.parse(stdout).maxAbsDiff]).toEqual([1, 'Infinity']);
  });

  test('float inputs promise to be close', async () => {
    const model = ternaryNet('none');
    const deployed = deploy(model);
    const { layers } = await verify(model, deployed, randomTensor([4, 20]));
    expect(layers[0].promise).toBe('1e-5 relative');
    const { code, stdout } = cli('verify', await saved(model), await saved(deployed));
    expect(code).toBe(0);
    expect(stdout).toMatch(/first +1e-5 relative +yes/);
  });
});

test.each([[['--help']], [['serve', '--help']]])('%j fits one screen of 80 by 24', (args) => {
  const { code, stdout, stderr } = cli(...args);
  expect([code, stderr]).toEqual([0, '']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('--help names commands and options, with any command and without TensorFlow.js', () => {
  const { stdout } = cli('--help');
  for (const word of [
    'convert',
    'summary',
    'deploy',
    'verify',
    'serve',
    '--skip',
    '--quantizer',
    '--rows',
    '--shape',
    '--import',
    '--json',
  ]) {
    expect(stdout).toContain(word);
  }
  expect(cli('deploy', '-h').stdout).toBe(stdout);
});

describe('errors: exit code 2, one message on stderr, nothing written', () => {
  let from: string;
  let full: string;
  const to = newFolder();

  beforeAll(async () => {
    from = await saved(ternaryNet());
    full = newFolder();
    mkdirSync(full);
    writeFileSync(join(full, 'note.txt'), 'mine');
    symlinkSync(from, `${full}-link`);
  });

  const wrong: Record<string, [args: () => string[], message: RegExp]> = {
    'no command': [
      () => [],
      /command must be one of convert, summary, deploy, verify, serve, got none/,
    ],
    'another command': [() => ['train'], /command must be one of .*, got train\. See --help/],
    'one path': [() => ['deploy', from], /arguments must be MODEL OUT_DIR, got/],
    'three paths': [() => ['verify', from, from, from], /arguments must be MODEL DEPLOYED, got/],
    'an unknown option': [
      () => ['deploy', from, to, '--fast'],
      /there is no option --fast\. See --help/,
    ],
    'a misspelled option': [
      () => ['verify', from, to, '--row', '3'],
      /no option --row\. Did you mean --rows\?/,
    ],
    'an option without its value': [() => ['convert', from, to, '--skip'], /'--skip <value>'/],
    'an unknown quantizer': [
      () => ['convert', from, to, '--quantizer', 'int4'],
      /kernelQuantizer must be .*got .*int4/,
    ],
    'an unknown option of a quantizer': [
      () => ['convert', from, to, '--quantizer', '{"name": "lsq", "eps": 0}'],
      /^Error: convert: lsq: options has no "eps"/,
    ],
    'a quantizer that is no JSON': [
      () => ['convert', from, to, '--quantizer', '{twn}'],
      /--quantizer \{twn\} is not JSON/,
    ],
    'another input quantizer': [
      () => ['convert', from, to, '--input-quantizer', 'int4'],
      /inputQuantizer must be 'int8' or 'none', got "int4"/,
    ],
    'no such MODEL': [
      () => ['deploy', `${to}-none`, to],
      /MODEL must be a folder with a model\.json, or the JSON file of a model, got ".*-none"/,
    ],
    'no such JSON file': [
      () => ['deploy', join(from, 'none.json'), to],
      /MODEL must be a folder with a model\.json, or the JSON file of a model, got ".*none\.json"/,
    ],
    'an empty MODEL': [() => ['summary', ''], /MODEL must be a folder .*, got ""/],
    'an empty OUT_DIR': [() => ['deploy', from, ''], /OUT_DIR must be a path, got ""/],
    'an OUT_DIR below a file': [
      () => ['deploy', from, join(full, 'note.txt', 'out')],
      /OUT_DIR must be a path through folders, not files, got/,
    ],
    'an OUT_DIR with files': [
      () => ['deploy', from, full],
      /OUT_DIR must be missing or an empty folder, got/,
    ],
    'an OUT_DIR that is a file': [
      () => ['deploy', from, join(full, 'note.txt')],
      /OUT_DIR must be missing or an empty folder, got/,
    ],
    'OUT_DIR is MODEL': [() => ['deploy', from, `${from}/.`], /OUT_DIR must be outside of MODEL/],
    'OUT_DIR is MODEL by a link': [
      () => ['deploy', from, `${full}-link`],
      /OUT_DIR must be outside of MODEL/,
    ],
    'OUT_DIR in MODEL': [
      () => ['deploy', from, join(from, 'a', 'b')],
      /OUT_DIR must be outside of MODEL/,
    ],
    'verify: not deployed': [() => ['verify', from, from], /deployed has no packed layer/],
  };

  test.each(Object.entries(wrong))('%s', (_title, [args, message]) => {
    const before = [filesIn(from), filesIn(full)];
    const { code, stdout, stderr } = cli(...args());
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^Error: [^\n]*\n$/);
    expect([code, stdout, existsSync(to)]).toEqual([2, '', false]);
    expect([filesIn(from), filesIn(full)]).toEqual(before);
  });

  test('an empty OUT_DIR is taken', () => {
    mkdirSync(to);
    expect(cli('deploy', from, to).code).toBe(0);
    expect(Object.keys(bytesIn(to)).sort()).toEqual([
      'model.json',
      expect.stringMatching(/^weights-/),
    ]);
  });
});
