/*
 * This package against tfjs, tfjs-node and onnxruntime, side by side.
 *
 *   npm run bench                          some ten minutes; keep the machine quiet
 *   npm run bench -- --quick               less than a minute, less exact
 *   npm run bench -- --json rows.json --svg speed.svg --markdown table.md
 *   npm run bench -- --shape 1,4096,4096 --node 20
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { writeMarkdown } from '../examples/support/document';
import { commandLine, machine } from '../examples/support/machine';
import { measureMemory, type MemoryRow } from './memory';
import { measurePairs, type PairRow } from './pairs/measure';
import { BATCHES, FULL, QUICK, SHAPES, taskName, type Effort, type Shape, type Task } from './plan';
import { goalCells, memoryCells, pairCells, predictCells, productCells } from './report/cells';
import { chart } from './report/chart';
import { rowsOf, type Row } from './report/rows';
import { Run } from './run';
import { markdownTable, printTable } from './support/tables';

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
  svg: { type: 'string' },
  markdown: { type: 'string' },
  shape: { type: 'string', multiple: true },
  node: { type: 'string', multiple: true },
} as const;

interface Results {
  readonly command: string;
  readonly machine: string;
  readonly rows: readonly Row[];
  readonly pairs: readonly PairRow[];
  readonly memory: readonly MemoryRow[];
}

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
  const sizes = values.quick ? [1024] : [1024, 4096];
  const memory = values.shape == null ? await measureMemory(sizes) : [];
  const results = { command: commandLine('bench'), machine: machine(), rows, pairs, memory };
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
  const bar = new SingleBar({
    format: '{bar} {percentage} % {duration_formatted} {task}',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  bar.start(tasks.length * effort.rounds, 0, { task: 'starting' });
  const run = await Run.start(nodes, effort).finally(() => bar.stop());
  const rows: Row[] = [];
  try {
    for (const task of tasks) {
      bar.update({ task: taskName(task) });
      const measurements = await run.measure(task, () => bar.increment());
      rows.push(...rowsOf(measurements, effort));
    }
  } finally {
    run.end();
    bar.stop();
  }
  return rows;
}

const PREDICT_TITLE = 'predict of a net 1024-4096-4096-1024, deployed, against its float original';
const PAIRS_TITLE = 'In one process with the float original, taking turns';

function print({ rows, pairs, memory }: Results): void {
  printTable('x . W + bias: median (quartiles)', productCells(rows));
  printTable(PREDICT_TITLE, predictCells(rows));
  printTable(PAIRS_TITLE, pairCells(pairs));
  printTable('Memory of a deployed kernel', memoryCells(memory));
  printTable('Goals', goalCells(rows));
}

function markdown(results: Results, svg: string | undefined): string {
  const { command, machine, rows, pairs, memory } = results;
  return `# Benchmarks

Made by \`${command}\` on ${machine}.

Times are medians of whole calls, from an input tensor to the output in a JavaScript array, with the
quartiles in brackets. They include the quantization of the input, the bias and all overhead. Subjects take turns,
each in a process of its own. tfjs and tfjs-node multiply in float32 (\`tf.fused.matMul\`), tfjs-node on all
cores. The \`MatMulNBits\` of onnxruntime quantizes inputs to int8 (accuracy level 4) and runs on one thread. This package
is held to one thread on wasm, as its peers there, and runs on all cores on cpu and tensorflow. _Times faster_ is the
time of the peer divided by the time of this package, on the same version of Node.

${svg ? `![Speed by shape](${svg.split('/').at(-1)})\n` : ''}
## x . W + bias

${markdownTable(productCells(rows))}

## ${PREDICT_TITLE}

${markdownTable(predictCells(rows))}

## ${PAIRS_TITLE}

This package and layers of TensorFlow.js alone call after call in one process, as in an application that also does other
things: each call finds the caches as the other one left them. A \`predict\` is timed with the output in a JavaScript
array, a normalization is the layer's forward pass.

${markdownTable(pairCells(pairs))}

## Memory of a deployed kernel

The first figure is measured by the growth of the process's resident memory (all copies, in any part of the
process), the second is what tfjs counts for tensors.

${markdownTable(memoryCells(memory))}

## Goals

The goals were set for two cores, on a machine where the peers had no 512-bit instructions.

${markdownTable(goalCells(rows))}
`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
