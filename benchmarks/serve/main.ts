/*
 * A deployed net against its float original behind the same HTTP server: requests a second, latency,
 * memory. Each answer is checked.
 *
 *   npm run bench:serve                 five minutes; keep the machine quiet
 *   npm run bench:serve -- --quick      a minute, less exact
 *   npm run bench:serve -- --node 24 --json serve.json --markdown serve.md
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { useFastestBackend } from '../../examples/support/backend';
import { weightBytes } from '../../examples/support/measure';
import { median } from '../../examples/support/median';
import { writeMarkdown } from '../../examples/support/document';
import { commandLine, machine } from '../../examples/support/machine';
import { markdownTable, printTable } from '../support/tables';
import { load, type Load } from './load';
import { saveModels, type Questions } from './models';
import {
  CONNECTIONS,
  FULL,
  QUICK,
  SUBJECTS,
  WIDTHS,
  WORKERS,
  type Effort,
  type Subject,
} from './plan';
import { memoryCells, ratioCells, speedCells, type MemoryRow, type Row } from './report';
import { startServer, type ServerProcess } from './server_process';

const MODELS = '.cache/benchmarks/serve';

interface Running {
  readonly subject: Subject;
  readonly server: ServerProcess;
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      node: { type: 'string', multiple: true },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  });
  const effort = options.quick ? QUICK : FULL;
  const nodes = [...new Set(options.node?.map(Number) ?? [20, 24])];
  await useFastestBackend('wasm');
  const questions = await saveModels(MODELS);
  const bar = new SingleBar({
    format: '{bar} {percentage} % {duration_formatted} {task}',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  const steps = nodes.length * WORKERS.length * CONNECTIONS.length * effort.rounds;
  bar.start(steps * SUBJECTS.length, 0, { task: 'starting' });
  const rows: Row[] = [];
  const memory: MemoryRow[] = [];
  for (const node of nodes) {
    for (const workers of WORKERS) {
      const running = await startAll(node, workers);
      try {
        const progress = (task: string) => bar.increment({ task });
        rows.push(...(await measure(running, node, workers, questions, effort, progress)));
        if (workers === 1) memory.push(...(await residentMemory(running, node)));
      } finally {
        for (const { server } of running) await server.stop();
      }
    }
  }
  bar.stop();
  await report({ command: commandLine('bench:serve'), machine: machine(), rows, memory }, options);
  if (rows.some(({ answers, wrongAnswers }) => answers === 0 || wrongAnswers > 0)) {
    throw new Error('Answers were wrong or missing: see the table.');
  }
}

async function startAll(node: number, workers: number): Promise<Running[]> {
  const running: Running[] = [];
  for (const subject of SUBJECTS) {
    running.push({ subject, server: await startServer(subject, MODELS, node, workers) });
  }
  return running;
}

/** All servers are there all the time, and take turns. */
async function measure(
  running: readonly Running[],
  node: number,
  workers: number,
  { bodies, expected }: Questions,
  { rounds, seconds }: Effort,
  progress: (task: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const connections of CONNECTIONS) {
    const loads = running.map(() => [] as Load[]);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { subject, server }] of running.entries()) {
        const { kind } = subject;
        const exact = kind === 'deployed';
        const { predictUrl } = server;
        loads[i].push(await load(predictUrl, bodies, expected[kind], exact, connections, seconds));
        progress(`Node ${node}, ${workers} workers, ${connections} connections`);
      }
    }
    for (const [i, { subject }] of running.entries()) {
      rows.push({ node, workers, connections, ...subject, ...middle(loads[i]) });
    }
  }
  return rows;
}

/** Medians of the rounds; answers are added up. */
function middle(loads: readonly Load[]): Load {
  const sum = (key: 'answers' | 'wrongAnswers') =>
    loads.reduce((total, load) => total + load[key], 0);
  return {
    requestsPerSecond: median(loads.map((load) => load.requestsPerSecond)),
    p50Ms: median(loads.map((load) => load.p50Ms)),
    p99Ms: median(loads.map((load) => load.p99Ms)),
    answers: sum('answers'),
    wrongAnswers: sum('wrongAnswers'),
  };
}

async function residentMemory(running: readonly Running[], node: number): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = [];
  for (const { subject, server } of running) {
    const bytes = await weightBytes(join(MODELS, subject.kind));
    rows.push({
      node,
      ...subject,
      weightBytes: bytes,
      residentBytes: await server.residentBytes(),
    });
  }
  return rows;
}

interface Results {
  readonly command: string;
  readonly machine: string;
  readonly rows: readonly Row[];
  readonly memory: readonly MemoryRow[];
}

async function report(results: Results, files: { json?: string; markdown?: string }) {
  const { rows, memory } = results;
  const tables = {
    'Requests a second, deployed by float32, both on tfjs-node': ratioCells(rows),
    'Every server': speedCells(rows),
    Memory: memoryCells(memory),
  };
  for (const [title, cells] of Object.entries(tables)) printTable(title, cells);
  if (files.json) writeFileSync(files.json, JSON.stringify(results, null, 1) + '\n');
  if (files.markdown == null) return;
  const sections = Object.entries(tables).map(
    ([title, cells]) => `## ${title}\n\n${markdownTable(cells)}\n`,
  );
  await writeMarkdown(files.markdown, `${introduction(results)}\n${sections.join('\n')}`);
}

function introduction({ command, machine }: Results): string {
  return `# Serving

Made by \`${command}\` on ${machine}.

\`npm run serve\` serves one net, ${WIDTHS.join('-')}, deployed and in float32. Each request has one row.
The clients run on the same machine. Each sends its next request as soon as it has its answer, and checks the
answer: a deployed net must give equal floats, a float32 net floats within 1e-5. Servers take turns, and a figure is
the median of the turns. tfjs-node has threads of its own.
`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
