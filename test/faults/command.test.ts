import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { bitLinear, deploy } from '../../src';
import { runCommand } from '../../src/cli/run';
import { folder } from '../../src/io/folder';
import { newFolder, removeFolders, savedWithoutDigests } from '../support/folders';
import { randomSource } from '../support/values';
import { mistakenArguments } from './support/command_cases';
import { printFigure } from './support/figures';
import { damageJson, pick } from './support/json_damage';

/*
 * The command with mistaken arguments, and on damaged models without digests: it does what it says, or ends with one
 * paragraph that names the file or the argument. It never leaves an output behind that it calls failed.
 */

jest.setTimeout(180_000);

const ARGUMENTS = 1_500;
const MODELS = 600;
const PROCESSES = 12;
const PROGRAM = join(__dirname, '../../dist/cli.js');

const home = process.cwd();
const place = newFolder();
/** Of all faults, for the report of a failed test. */
const SHOWN = 10;

type Random = () => number;

/** What errors about the command line name: a part of it, a quantizer, or the folder of a model. */
const ARGUMENT =
  /MODEL|DEPLOYED|OUT_DIR|command must be|Unknown option|--[a-z]|kernelQuantizer|inputQuantizer|skip|convert: \w+: |folder "|no layer would change/;

/** What errors about a model name. */
const IN_MODEL =
  /folder "damaged": |\(MODEL is (damaged|ternary), DEPLOYED is (damaged|deployed)\)$|^Error: tfjs-bitcore: /;

function floatNet(): tf.LayersModel {
  const [vector, words] = [tf.input({ shape: [20] }), tf.input({ shape: [6], dtype: 'int32' })];
  const apply = (layer: tf.layers.Layer, x: unknown) =>
    layer.apply(x as tf.SymbolicTensor) as tf.SymbolicTensor;
  const embedded = apply(tf.layers.embedding({ inputDim: 9, outputDim: 4 }), words);
  const read = apply(tf.layers.gru({ units: 5 }), embedded);
  const first = apply(tf.layers.dense({ units: 8, activation: 'relu', name: 'first' }), vector);
  const joined = apply(tf.layers.concatenate(), [first, read]);
  const normal = apply(tf.layers.batchNormalization(), joined);
  const outputs = apply(tf.layers.dense({ units: 3, name: 'head' }), normal);
  return tf.model({ inputs: [vector, words], outputs });
}

function ternaryNet(): tf.LayersModel {
  const layers = [
    bitLinear({ units: 8, inputShape: [20], activation: 'relu', kernelQuantizer: 'lsq' }),
    tf.layers.layerNormalization(),
    bitLinear({ units: 3 }),
  ];
  return tf.sequential({ layers });
}

beforeAll(async () => {
  await tf.setBackend('wasm');
  const ternary = ternaryNet();
  const models = { float: floatNet(), ternary, deployed: deploy(ternary) };
  mkdirSync(join(place, 'empty'), { recursive: true });
  writeFileSync(join(place, 'note.txt'), 'mine');
  for (const [name, model] of Object.entries(models)) {
    cpSync(await savedWithoutDigests(model), join(place, name), { recursive: true });
  }
  jest.spyOn(console, 'warn').mockImplementation();
  process.chdir(place);
});

afterAll(() => {
  process.chdir(home);
  jest.restoreAllMocks();
  removeFolders();
});

interface Run {
  readonly args: string[];
  readonly code: number | null;
  readonly text: string;
}

/** What is wrong with an answer. @param known what an error may name. */
function faultOf({ code, text }: Run, known: RegExp): string | undefined {
  if (code !== 0 && code !== 1 && code !== 2) return `exit code ${code}`;
  if (code !== 2) return undefined;
  if (!text.startsWith('Error: ')) return 'no error';
  if (/\n\n|\n +at |^Error: undefined/.test(text)) return 'not one paragraph';
  return known.test(text) ? undefined : 'names no file and no argument';
}

function foldersNow(): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Removes the folders that a run has added. @returns what is wrong with them. */
async function faultOfOutput(code: number | null, before: string[]): Promise<string | undefined> {
  const added = foldersNow().filter((path) => !before.includes(path));
  const loads = added.map((path) =>
    folder(path).load!().then(
      () => true,
      () => false,
    ),
  );
  const areWhole = (await Promise.all(loads)).every((isWhole) => isWhole);
  for (const path of added) rmSync(path, { recursive: true });
  if (code !== 0 && added.length > 0) return 'an output of a failed run';
  return areWhole ? undefined : 'an output that does not load';
}

/** Runs the command, and looks at what it has said and written. */
async function faultOfRun(
  run: () => Run | Promise<Run>,
  known: RegExp,
): Promise<{ code: number | null; fault: object | undefined }> {
  const before = foldersNow();
  const answer = await run();
  const fault = faultOf(answer, known) ?? (await faultOfOutput(answer.code, before));
  tf.disposeVariables();
  return { code: answer.code, fault: fault == null ? undefined : { fault, ...answer } };
}

class Tally {
  readonly faults: object[] = [];
  done = 0;
  refused = 0;

  add({ code, fault }: { code: number | null; fault: object | undefined }): void {
    if (code === 2) this.refused++;
    else this.done++;
    if (fault != null) this.faults.push(fault);
  }

  get figures(): string {
    return `${this.done} done, ${this.refused} refused, ${this.faults.length} otherwise`;
  }
}

const inThisProcess = async (args: string[]): Promise<Run> => ({
  args,
  ...(await runCommand(args)),
});

test(`${ARGUMENTS} mistaken command lines`, async () => {
  const random = randomSource(1);
  const tally = new Tally();
  for (let i = 0; i < ARGUMENTS; i++) {
    const args = mistakenArguments(random);
    tally.add(await faultOfRun(() => inThisProcess(args), ARGUMENT));
  }
  printFigure(`command: ${ARGUMENTS} mistaken command lines, ${tally.figures}`);
  expect(tally.faults.slice(0, SHOWN)).toEqual([]);
  expect(tally.refused).toBeGreaterThan(ARGUMENTS / 2);
  expect(tally.done).toBeGreaterThan(0);
});

/** Writes the model of a folder to the folder `damaged`, with changes in its JSON. */
function damage(name: string, random: Random): void {
  rmSync('damaged', { recursive: true, force: true });
  cpSync(name, 'damaged', { recursive: true });
  const file = join('damaged', 'model.json');
  const model = JSON.parse(readFileSync(file, 'utf8')) as { modelTopology: object };
  for (let edits = pick(random, [1, 1, 2, 3]); edits > 0; edits--) {
    damageJson(random() < 0.9 ? model.modelTopology : model, random);
  }
  writeFileSync(file, JSON.stringify(model));
}

const ON_DAMAGED: Record<string, string[][]> = {
  float: [
    ['summary', 'damaged'],
    ['convert', 'damaged', 'out', '--convert-outputs'],
  ],
  ternary: [
    ['summary', 'damaged', '--json'],
    ['deploy', 'damaged', 'out'],
    ['verify', 'damaged', 'deployed', '--rows', '4'],
  ],
  deployed: [
    ['summary', 'damaged'],
    ['verify', 'ternary', 'damaged', '--rows', '4'],
  ],
};

test(`${MODELS} damaged models`, async () => {
  const random = randomSource(2);
  const tally = new Tally();
  for (let i = 0; i < MODELS; i++) {
    const name = pick(random, Object.keys(ON_DAMAGED));
    damage(name, random);
    const args = pick(random, ON_DAMAGED[name]!);
    tally.add(await faultOfRun(() => inThisProcess(args), IN_MODEL));
  }
  rmSync('damaged', { recursive: true });
  printFigure(`command: ${MODELS} damaged models, ${tally.figures}`);
  expect(tally.faults.slice(0, SHOWN)).toEqual([]);
  expect(tally.refused).toBeGreaterThan(MODELS / 4);
});

/** Files for `--import`, right and wrong ones. */
const IMPORTS = [
  '',
  '{',
  'throw new Error("not today")',
  'throw undefined',
  'await new Promise(() => {})',
  'import "./nothing.mjs"',
];

const inOwnProcess = (args: string[]): Run => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  // Node itself ends with 1 after an error that nothing has caught.
  const code = status === 1 && stderr !== '' ? null : status;
  return { args, code, text: status === 2 ? stderr : stdout };
};

test(`${PROCESSES} processes`, async () => {
  const random = randomSource(3);
  const tally = new Tally();
  for (let i = 0; i < PROCESSES; i++) {
    writeFileSync('own.mjs', pick(random, IMPORTS));
    const args = i % 2 === 0 ? mistakenArguments(random) : ['summary', 'float'];
    if (i % 3 !== 0) args.push('--import', pick(random, ['own.mjs', 'own.mjs', 'none.mjs', '']));
    tally.add(await faultOfRun(() => inOwnProcess(args), ARGUMENT));
  }
  printFigure(`command: ${PROCESSES} processes, ${tally.figures}`);
  expect(tally.faults.slice(0, SHOWN)).toEqual([]);
});
