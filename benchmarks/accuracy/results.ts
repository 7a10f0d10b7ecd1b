import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Task } from './plan';

/** A finished run. */
export interface Run extends Task {
  /** Per cent of the test set. */
  readonly accuracy: number;
  /** Of training alone. */
  readonly seconds: number;
  /** The backend and the machine that took them. Runs of before they were noted have none. */
  readonly place?: string;
  /** Accuracy of the float net that it learned from or started from. */
  readonly floatAccuracy?: number;
  /** Of a float net: its accuracy with its kernels only rounded, by each rule that needs no training. */
  readonly rounded?: Readonly<Record<string, number>>;
}

/** @throws naming the line that is no run. */
export async function readRuns(file: string): Promise<Run[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  const runs = lines.map((line, i) => parseRun(line, `${file}: line ${i + 1}`));
  return [...new Map(runs.map((run) => [keyOf(run), run])).values()];
}

function parseRun(line: string, where: string): Run {
  try {
    // Runs of before there were several nets name none.
    const run = { net: 'mlp', ...(JSON.parse(line) as Partial<Run>) } as Run;
    if (Number.isFinite(run.accuracy)) return run;
  } catch {
    // Reported below, as every other line that is no run.
  }
  throw new Error(`${where} is no finished run; delete the line.`);
}

export async function appendRun(file: string, run: Run): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, JSON.stringify(run) + '\n');
}

/** Equal for runs that would train the same. */
export const keyOf = ({ net, data, from, epochs, examples, quantizer, recipe, seed }: Task) =>
  JSON.stringify([net, data, from, epochs, examples, quantizer, recipe, seed]);
