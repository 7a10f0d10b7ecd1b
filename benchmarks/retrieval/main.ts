/*
 * Searches of places by Hamming distance: the memory engine, with SIMD and in plain JavaScript, PGlite, PostgreSQL
 * (`npm run setup:postgres`), and FAISS on one thread (`npm run setup:faiss`). All exact searches must find the same.
 *
 *   npm run bench:retrieval                25 minutes, 4 GB of memory and 5 GB of disk; keep the machine quiet
 *   npm run bench:retrieval -- --quick     the smallest case alone, in four minutes
 *   npm run bench:retrieval -- --markdown docs/retrieval.md
 */
import { Command } from 'commander';
import { writeMarkdown } from '../../examples/support/document';
import { findPostgres, hasPgvector, postgresMissing } from '../../scripts/find_postgres.cjs';
import { progressBar } from '../support/progress_bar';
import { printTable } from '../support/tables';
import { CALLS, CASES, K, type Case } from './cases';
import { pythonWithFaiss } from './faiss';
import { measure, type Measured } from './measure';
import { keptCells, markdown, searchCells } from './page';
import { stepsToOpen } from './stores';

interface Options {
  readonly quick?: boolean;
  readonly markdown?: string;
}

async function measureAll(cases: readonly Case[], python: string | undefined): Promise<Measured> {
  const rounds = CALLS.reduce((total, calls) => total + calls.rounds, 0);
  const stepsOf = (each: Case) =>
    stepsToOpen(each) + rounds + (each.hasGraph ? each.databases.length : 0);
  const bar = progressBar(cases.reduce((total, each) => total + stepsOf(each), 0));
  const all: Measured[] = [];
  try {
    for (const each of cases) {
      all.push(await measure(each, python, (task) => bar.increment({ task })));
    }
  } finally {
    bar.stop();
  }
  return {
    searches: all.flatMap(({ searches }) => searches),
    kept: all.flatMap(({ kept }) => kept),
  };
}

async function main() {
  const { quick, markdown: file } = new Command('npm run bench:retrieval --')
    .description('Times searches of places, and checks what they find.')
    .option('--quick', 'the smallest case alone')
    .option('--markdown <file>', 'write the tables to a file too')
    .parse()
    .opts<Options>();
  const server = findPostgres();
  if (server == null || !hasPgvector(server)) throw new Error(postgresMissing());
  const python = pythonWithFaiss();
  if (python == null) console.error('Without FAISS: `npm run setup:faiss` installs it.');
  const measured = await measureAll(quick ? CASES.slice(0, 1) : CASES, python);
  printTable(`The ${K} nearest by Hamming distance`, searchCells(measured));
  printTable('What it takes to keep the descriptors', keptCells(measured));
  if (file) await writeMarkdown(file, markdown(measured));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
