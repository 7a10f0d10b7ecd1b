/*
 * Trains a small character transformer, float and ternary, compares the two, and lets the packed one
 * write.
 *
 *   npm run example:gpt                              the King James Bible (apt-get install bible-kjv);
 *                                                    with tfjs-node some 20 minutes
 *   npm run example:gpt -- --steps 200               a first look
 *   npm run example:gpt -- --text FILE --out models/mine
 *   npm run example:gpt -- --generate 2000 --temperature 0.5
 *
 * Nets are saved in --out: training that was stopped continues, and trained nets are used again.
 */
import { writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { folder } from 'tfjs-bitcore/folder';
import { useFastestBackend } from '../support/backend';
import { claimFolder } from '../support/claim_folder';
import { compareNets, foldersOf, type Experiment } from './experiment';
import { measureSpeed, type Speed } from './measure';
import { parseOptions } from './options';
import { printResults, writeReport } from './report';
import { settingsOf } from './settings';
import { encode, encodeText, readText } from './text';
import { Writer } from './writer';

async function main() {
  const options = parseOptions(process.argv.slice(2));
  const { text, backend: wanted, layers, width, heads, json, markdown } = options;
  const content = readText(text);
  const corpus = encodeText(content, options.context);
  const shape = { vocabulary: corpus.characters.length, layers, width, heads };
  const experiment: Experiment = { options, corpus, shape };
  const prompt = promptOf(experiment);
  claimFolder(options.out, settingsOf(options, content));
  const backend = await useFastestBackend(wanted);
  console.log(
    `Backend: ${backend}. Two nets learn for ${options.steps} steps each, unless ${options.out} has them.`,
  );
  const comparison = await compareNets(experiment);
  const written = await writeText(experiment, prompt);
  const speeds = await speedOnBackends(experiment, backend);
  const results = { ...comparison, speeds, text: written };
  printResults(results);
  console.log(`\nAfter the prompt, which is in brackets, the packed net writes:\n\n${written}\n`);
  console.log(`Saved: ${Object.values(foldersOf(options)).join(', ')}.`);
  if (json != null) await writeFile(json, JSON.stringify(results, null, 2) + '\n');
  if (markdown != null) await writeReport(markdown, results, options);
  if (!results.identical) throw new Error('The deployed net computes other numbers.');
}

/** @throws if the prompt is empty, or has characters that the text does not have. */
function promptOf({ options: { prompt, context }, corpus }: Experiment): number[] {
  if (prompt === '') throw new Error('--prompt must have at least one character.');
  if (prompt == null) return [...corpus.validation.subarray(0, context)];
  return [...encode(prompt, corpus.characters)];
}

/** The prompt, in brackets, and what the saved packed net writes after it. */
async function writeText({ options, shape, corpus }: Experiment, prompt: number[]) {
  const packed = await tf.loadLayersModel(folder(foldersOf(options).deployed));
  const writer = new Writer(packed, shape, options.context);
  const written = writer.write(prompt, options.generate, options);
  packed.dispose();
  const textOf = (codes: Iterable<number>) =>
    Array.from(codes, (code) => corpus.characters[code]).join('');
  return `[${textOf(prompt)}]${textOf(written)}`;
}

async function speedOnBackends(experiment: Experiment, backend: string): Promise<Speed[]> {
  const { options, shape, corpus } = experiment;
  const prompt = [...corpus.validation.subarray(0, options.context)];
  const speeds: Speed[] = [];
  for (const name of new Set([backend, 'wasm'])) {
    speeds.push(await measureSpeed(name, foldersOf(options), shape, prompt));
  }
  return speeds;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
