/*
 * Trains nets that find places of a city again, in a world of streets that a program draws: a float net of
 * convolutions, and from it transformers that are float, ternary, and sparse. Compares what they find, and the memory
 * of net and database.
 *
 *   npm run example:places -- --small     fewer places and epochs
 *   npm run example:places
 *
 * Views and nets are saved in --out: what was stopped continues, and trained nets are used again.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useFastestBackend } from '../support/backend';
import { claimFolder } from '../support/claim_folder';
import { Examination } from './examination';
import { parseOptions, sizesOf } from './options';
import { writeMatches } from './pictures';
import { printResults, writeChart } from './report';
import type { Results } from './results';
import { millisecondsByNet } from './speed';
import { trainedStudent, trainedTeacher } from './students';
import { surveysOf } from './surveys';

const NETS = ['teacher', 'float', 'ternary', 'sparse'] as const;

async function main() {
  const start = performance.now();
  const options = parseOptions(process.argv.slice(2));
  const sizes = sizesOf(options);
  const { out, seed, json } = options;
  claimFolder(out, { ...sizes, seed });
  // The backend wasm cannot train convolutions.
  await useFastestBackend('tensorflow');
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

  const pictures = { matches: join(out, 'matches.png'), chart: join(out, 'recall.svg') };
  writeMatches(pictures.matches, surveys, matches, examination.right);
  const speeds = await millisecondsByNet(out, NETS, surveys.queries);
  const rows = examination.rows.map((row) => {
    const viewMs = speeds.get(row.name.split(/\W/)[0]);
    return viewMs == null ? row : { ...row, viewMs };
  });
  const results: Results = {
    ...{ trainingPlaces: sizes.trainingPlaces, rows, identical: examination.identical },
    databaseViews: surveys.database.places.length,
    queries: surveys.queries.places.length,
    seconds: Math.round((performance.now() - start) / 1000),
  };
  printResults(results);
  await writeChart(pictures.chart, results);
  console.log(`Drawn: ${Object.values(pictures).join(', ')}.`);
  if (json != null) await writeFile(json, JSON.stringify(results, null, 2) + '\n');
  if (!results.identical) throw new Error('A deployed net computes other numbers.');
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
