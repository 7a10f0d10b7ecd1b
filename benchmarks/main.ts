/*
 * This package against tfjs, tfjs-node and onnxruntime, side by side.
 *
 *   npm run bench                          some ten minutes; keep the machine quiet
 *   npm run bench -- --nets                whole nets too, some ten minutes more
 *   npm run bench -- --nets --shape 1,1024,1024
 *   npm run bench -- --quick               some two minutes, less exact
 *   npm run bench -- --json rows.json --svg speed.svg --markdown table.md
 *   npm run bench -- --shape 1,4096,4096 --node 20
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeMarkdown } from '../examples/support/document';
import { commandLine, machine } from '../examples/support/machine';
import { measureMemory } from './memory';
import { measureNets, netSteps, type NetRow } from './nets/measure';
import { measurePairs } from './pairs/measure';
import { BATCHES, FULL, QUICK, SHAPES, taskName, type Effort, type Shape, type Task } from './plan';
import { chart } from './report/chart';
import { markdown, print } from './report/report';
import { rowsOf, type Row } from './report/rows';
import { Run } from './run';
import { progressBar } from './support/progress_bar';

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  nets: { type: 'boolean', default: false },
  json: { type: 'string' },
  svg: { type: 'string' },
  markdown: { type: 'string' },
  shape: { type: 'string', multiple: true },
  node: { type: 'string', multiple: true },
} as const;

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  const shapes = values.shape?.map(parseShape) ?? SHAPES;
  const tasks: Task[] = shapes.map((shape) => ({ kind: 'product', shape }));
  // Somebody who asks for a shape wants that alone.
  if (values.shape == null) tasks.push(...BATCHES.map(predictTask));
  const effort = values.quick ? QUICK : FULL;
  const nodes = nodesOf(values.node);
  const rows = await measure(tasks, nodes, effort);
  const pairs = values.shape == null ? await measurePairs(nodes, effort) : [];
  const nets = values.nets ? await measureWholeNets(nodes, effort) : [];
  const sizes = values.quick ? [1024] : [1024, 4096];
  const memory = values.shape == null ? await measureMemory(sizes) : [];
  const made = { command: commandLine('bench'), machine: machine() };
  const results = { ...made, rows, pairs, nets, memory };
  print(results);
  if (values.json) writeFileSync(values.json, JSON.stringify(results, null, 1) + '\n');
  if (values.svg) writeFileSync(values.svg, await chart(rows));
  if (values.markdown) await writeMarkdown(values.markdown, markdown(results, values.svg));
}

const predictTask = (batch: number): Task => ({ kind: 'predict', batch });

function parseShape(text: string): Shape {
  const [m, k, n, ...rest] = text.split(',').map(Number);
  if (![m, k, n].every((size) => Number.isInteger(size) && size > 0) || rest.length > 0) {
    throw new Error(`--shape must be like 1,4096,4096, got ${text}.`);
  }
  return { m: m, k: k, n: n };
}

function nodesOf(majors: string[] | undefined): number[] {
  const running = Number(process.versions.node.split('.')[0]);
  return [...new Set(majors?.map(Number) ?? [running, 24])];
}

async function measure(tasks: Task[], nodes: number[], effort: Effort): Promise<Row[]> {
  const bar = progressBar(tasks.length * effort.rounds);
  let run: Run | undefined;
  const rows: Row[] = [];
  try {
    run = await Run.start(nodes, effort);
    for (const task of tasks) {
      bar.update({ task: taskName(task) });
      const measurements = await run.measure(task, () => bar.increment());
      rows.push(...rowsOf(measurements, effort));
    }
  } finally {
    run?.end();
    bar.stop();
  }
  return rows;
}

async function measureWholeNets(nodes: number[], { netRounds }: Effort): Promise<NetRow[]> {
  const bar = progressBar(netSteps(nodes, netRounds));
  try {
    return await measureNets(nodes, netRounds, (task) => bar.increment({ task }));
  } finally {
    bar.stop();
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
