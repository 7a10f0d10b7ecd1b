/*
 * Exact search of places by Hamming distance: the memory engine, with SIMD and in plain JavaScript, against FAISS on one
 * thread (`npm run setup:faiss`). All must find the same.
 *
 *   npm run bench:retrieval                five minutes and 2 GB of memory; keep the machine quiet
 *   npm run bench:retrieval -- --quick     the smallest case alone, in less than a minute
 *   npm run bench:retrieval -- --markdown docs/retrieval.md
 */
import { Command } from 'commander';
import { writeMarkdown } from '../../examples/support/document';
import { commandLine, machine } from '../../examples/support/machine';
import { progressBar } from '../support/progress_bar';
import { markdownTable, milliseconds, printTable, type Cells } from '../support/tables';
import { CALLS, CASES, K } from './cases';
import { pythonWithFaiss } from './faiss';
import { measure, type Row } from './measure';

interface Options {
  readonly quick?: boolean;
  readonly markdown?: string;
}

function cellsOf(rows: readonly Row[]): Cells[] {
  return rows.map(({ descriptors, engine, queries, ms, quartiles }) => ({
    descriptors,
    'queries a call': `${queries}`,
    engine,
    'ms a query': milliseconds(ms, quartiles),
  }));
}

const markdown = (cells: readonly Cells[]) => `# Retrieval

Made by \`${commandLine('bench:retrieval')}\` on ${machine()}, with Node ${process.versions.node}.

The ${K} nearest of all descriptors by Hamming distance. Every engine searches exactly and found the same, ties
included. Times are medians of whole calls by the number of their queries, with the quartiles in brackets; the engines
take turns. \`memoryEngine\` is searched through \`placeIndex\`, on one thread, with SIMD in WebAssembly or in plain
JavaScript; FAISS is Debian's \`python3-faiss\`, on one thread, and times itself in a process of its own.

${markdownTable(cells)}
`;

async function main() {
  const { quick, markdown: file } = new Command('npm run bench:retrieval --')
    .description('Times exact searches of places, and checks what they find.')
    .option('--quick', 'the smallest case alone')
    .option('--markdown <file>', 'write the table to a file too')
    .parse()
    .opts<Options>();
  const python = pythonWithFaiss();
  if (python == null) console.error('Without FAISS: `npm run setup:faiss` installs it.');
  const cases = quick ? CASES.slice(0, 1) : CASES;
  const rounds = CALLS.reduce((total, calls) => total + calls.rounds, 0);
  const bar = progressBar(cases.length * rounds);
  const rows: Row[] = [];
  try {
    for (const each of cases) {
      rows.push(...(await measure(each, python, (task) => bar.increment({ task }))));
    }
  } finally {
    bar.stop();
  }
  const cells = cellsOf(rows);
  printTable(`The ${K} nearest by Hamming distance`, cells);
  if (file) await writeMarkdown(file, markdown(cells));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
