/*
 * A deployed net against its float original behind the same HTTP server: requests a second, latency,
 * memory. Then one deployed net asked in each form of a request. Each answer is checked.
 *
 *   npm run bench:serve                 seven minutes; keep the machine quiet
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
import { FORMS, JSON_ROWS, type Form } from './forms';
import { load, type Load, type Task } from './load';
import { saveModels, type Rows } from './models';
import {
  CONNECTIONS,
  FULL,
  QUICK,
  SUBJECTS,
  WIDE,
  WIDE_SUBJECT,
  WIDTHS,
  WORKERS,
  type Effort,
  type Subject,
} from './plan';
import {
  formCells,
  memoryCells,
  ratioCells,
  speedCells,
  type FormRow,
  type MemoryRow,
  type Row,
} from './report';
import { startServer, type ServerProcess } from './server_process';

const MODELS = '.cache/benchmarks/serve';
const WIDE_MODELS = '.cache/benchmarks/serve_wide';

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
  const questions = await saveModels(MODELS, WIDTHS);
  const wide = await saveModels(WIDE_MODELS, WIDE);
  const bar = new SingleBar({
    format: '{bar} {percentage} % {duration_formatted} {task}',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  const turns = nodes.length * CONNECTIONS.length * effort.rounds;
  const steps = turns * (WORKERS.length * SUBJECTS.length + FORMS.length);
  bar.start(steps, 0, { task: 'starting' });
  const progress = (task: string) => bar.increment({ task });
  const rows: Row[] = [];
  const forms: FormRow[] = [];
  const memory: MemoryRow[] = [];
  for (const node of nodes) {
    for (const workers of WORKERS) {
      const running = await startAll(node, workers);
      try {
        rows.push(...(await measure(running, node, workers, questions, effort, progress)));
        if (workers === 1) memory.push(...(await residentMemory(running, node)));
      } finally {
        for (const { server } of running) await server.stop();
      }
    }
    forms.push(...(await measureForms(node, wide, effort, progress)));
  }
  bar.stop();
  const results = { command: commandLine('bench:serve'), machine: machine(), rows, forms, memory };
  await report(results, options);
  if ([...rows, ...forms].some(({ answers, wrongAnswers }) => answers === 0 || wrongAnswers > 0)) {
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
  asked: Rows,
  { rounds, seconds }: Effort,
  progress: (task: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const connections of CONNECTIONS) {
    const loads = running.map(() => [] as Load[]);
    for (let round = 0; round < rounds; round++) {
      for (const [i, { subject, server }] of running.entries()) {
        const task = taskOf(server, subject, JSON_ROWS, asked);
        loads[i].push(await load(task, connections, seconds));
        progress(`Node ${node}, ${workers} workers, ${connections} connections`);
      }
    }
    for (const [i, { subject }] of running.entries()) {
      rows.push({ node, workers, connections, ...subject, ...middle(loads[i]) });
    }
  }
  return rows;
}

/** One server, asked in each form; the forms take turns. */
async function measureForms(
  node: number,
  asked: Rows,
  { rounds, seconds }: Effort,
  progress: (task: string) => void,
): Promise<FormRow[]> {
  const server = await startServer(WIDE_SUBJECT, WIDE_MODELS, node, 1);
  const rows: FormRow[] = [];
  try {
    for (const connections of CONNECTIONS) {
      const loads = FORMS.map(() => [] as Load[]);
      for (let round = 0; round < rounds; round++) {
        for (const [i, form] of FORMS.entries()) {
          const task = taskOf(server, WIDE_SUBJECT, form, asked);
          loads[i].push(await load(task, connections, seconds));
          progress(`Node ${node}, ${connections} connections, ${form.name}`);
        }
      }
      for (const [i, { name }] of FORMS.entries()) {
        rows.push({ node, connections, form: name, ...middle(loads[i]) });
      }
    }
  } finally {
    await server.stop();
  }
  return rows;
}

function taskOf(
  { url }: ServerProcess,
  { kind }: Subject,
  { pathOf, question, outputs }: Form,
  { rows, input, expected }: Rows,
): Task {
  return {
    url: url + pathOf(kind),
    questions: rows.map((row) => question(row, input[kind])),
    outputs,
    expected: expected[kind],
    exact: kind === 'deployed',
  };
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
  readonly forms: readonly FormRow[];
  readonly memory: readonly MemoryRow[];
}

async function report(results: Results, files: { json?: string; markdown?: string }) {
  const { rows, forms, memory } = results;
  const tables = {
    'Requests a second, deployed by float32, both on tfjs-node': ratioCells(rows),
    'Every server': speedCells(rows),
    [`Rows of ${WIDE[0]} numbers, as JSON and as bytes`]: formCells(forms, JSON_ROWS.name),
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
the median of the turns. tfjs-node has threads of its own. The rows as JSON and as bytes are for another net,
${WIDE.join('-')}, deployed on ${WIDE_SUBJECT.backend}, with one worker.
`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
