/*
 * Trains nets that find places of a city again, in a world of streets that a program draws: a float net of
 * convolutions, and from it transformers that are float, ternary, and sparse. Compares what they find, and the memory
 * of net and database.
 *
 *   npm run example:places -- --small     fewer places
 *   npm run example:places
 *
 * Views and nets are saved in --out: what was stopped continues, and trained nets are used again.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useFastestBackend } from '../support/backend';
import { claimFolder } from '../support/claim_folder';
import { Examination } from './examination';
import { folderOfSeed, parseOptions, sizesOf, type PlacesOptions } from './options';
import { writeMatches } from './pictures';
import { printResults, writeChart, writeReport, type Report } from './report';
import { averageOf, differencesOf, type Results } from './results';
import { millisecondsByName } from './speed';
import { trainedStudent, trainedTeacher } from './students';
import { surveysOf } from './surveys';
import type { Views } from './world/views';

interface Round {
  readonly out: string;
  readonly queries: Views;
  readonly results: Results;
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  // The backend wasm cannot train convolutions.
  await useFastestBackend('tensorflow');
  const rounds: Round[] = [];
  for (let i = 0; i < options.seeds; i++) {
    rounds.push(await roundOf({ ...options, seed: options.seed + i }));
  }
  const found = rounds.map((round) => round.results);
  const results = await withSpeeds(averageOf(found), rounds[0]);
  const report = { results, differences: differencesOf(found), seeds: rounds.length };
  printResults(report);
  const chart = join(options.out, 'recall.svg');
  const matches = matchesOf(rounds[0].out);
  await writeChart(chart, results);
  console.log(`Drawn: ${chart}, and what was found in ${matches}.`);
  await writeFiles(options, report, { chart, matches });
  if (!results.identical) throw new Error('A deployed net computes other numbers.');
}

async function writeFiles(
  { json, markdown }: PlacesOptions,
  report: Report,
  pictures: Parameters<typeof writeReport>[2],
): Promise<void> {
  const { results, differences, seeds } = report;
  const all = { ...results, differences, seeds };
  if (json != null) await writeFile(json, JSON.stringify(all, null, 2) + '\n');
  if (markdown != null) await writeReport(markdown, report, pictures);
}

const matchesOf = (out: string) => join(out, 'matches.png');

/** Trains and examines the nets of one seed, in a folder of its own. */
async function roundOf(given: PlacesOptions): Promise<Round> {
  const start = performance.now();
  const options = { ...given, out: folderOfSeed(given.out, given.seed) };
  const { out, seed } = options;
  const sizes = sizesOf(options);
  claimFolder(out, { ...sizes, seed });
  const surveys = await surveysOf(options, sizes);
  const examination = new Examination(surveys, out);
  await examination.withoutNets();

  const lesson = { options, sizes, training: surveys.training };
  const teacher = await trainedTeacher(lesson);
  await examination.float('teacher', teacher);
  const float = await trainedStudent(lesson, 'float', teacher);
  await examination.float('float', float);
  const ternary = await trainedStudent(lesson, 'ternary', teacher);
  const matches = await examination.ternary('ternary', ternary);
  const sparse = await trainedStudent(lesson, 'sparse', teacher);
  await examination.sparse('sparse', sparse);
  for (const net of [teacher, float, ternary, sparse]) net.dispose();

  writeMatches(matchesOf(out), surveys, matches, examination.right);
  const { rows, identical } = examination;
  const results: Results = {
    ...{ rows, identical, trainingPlaces: sizes.trainingPlaces },
    databaseViews: surveys.database.places.length,
    queries: surveys.queries.places.length,
    seconds: Math.round((performance.now() - start) / 1000),
  };
  return { out, queries: surveys.queries, results };
}

/** With the times in which the nets of a round describe a view. */
async function withSpeeds(results: Results, { out, queries }: Round): Promise<Results> {
  const speeds = await millisecondsByName(out, queries);
  const rows = results.rows.map((row) => {
    const viewMs = speeds.get(row.name.replace(', binary', ''));
    return viewMs == null ? row : { ...row, viewMs };
  });
  return { ...results, rows };
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
