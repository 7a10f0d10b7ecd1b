import { readFileSync } from 'node:fs';
import { median } from '../../examples/support/median';
import { quantile } from '../support/statistics';
import { CALLS, caseName, descriptorFile, K, queriesOf, type Case } from './cases';
import { faissSubject } from './faiss';
import { memorySubjects } from './memory_subjects';
import type { Subject } from './subject';

/** Milliseconds a query. */
export interface Row {
  readonly descriptors: string;
  readonly engine: string;
  readonly queries: number;
  readonly ms: number;
  readonly quartiles: readonly [number, number];
}

/** Calls of each engine before those that count: V8 optimizes meanwhile. */
const WARM_UPS = 3;

/** Searches of all engines in turn, so that a slow spell of the machine hits all. */
export async function measure(
  each: Case,
  python: string | undefined,
  progress: (task: string) => void,
): Promise<Row[]> {
  const descriptors = readFileSync(descriptorFile(each));
  const all = await memorySubjects(descriptors, each);
  if (python != null) all.push(await faissSubject(python, each));
  const rows: Row[] = [];
  try {
    for (const { queries: count, rounds } of CALLS) {
      const subjects = all.filter(({ oneQueryOnly }) => count === 1 || !oneQueryOnly);
      const queries = queriesOf(descriptors, each, count);
      await checkAnswers(subjects, queries);
      const times = await timesOf(subjects, queries, rounds, () => progress(caseName(each)));
      rows.push(...subjects.map(({ name }, i) => rowOf(each, name, count, times[i])));
    }
  } finally {
    for (const subject of all) await subject.close();
  }
  return rows;
}

async function timesOf(
  subjects: readonly Subject[],
  queries: Uint8Array,
  rounds: number,
  progress: () => void,
): Promise<number[][]> {
  const times: number[][] = subjects.map(() => []);
  for (let round = -WARM_UPS; round < rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      const { ms } = await subject.search(queries, K);
      if (round >= 0) times[i].push(ms);
    }
    if (round >= 0) progress();
  }
  return times;
}

function rowOf(each: Case, engine: string, queries: number, times: readonly number[]): Row {
  const ofOne = times.map((ms) => ms / queries);
  const quartiles = [quantile(ofOne, 0.25), quantile(ofOne, 0.75)] as const;
  return { descriptors: caseName(each), engine, queries, ms: median(ofOne), quartiles };
}

/** All engines search exactly: they find the same rows, those of one distance by number. */
async function checkAnswers(subjects: readonly Subject[], queries: Uint8Array): Promise<void> {
  const answers: string[] = [];
  for (const subject of subjects) {
    answers.push(JSON.stringify((await subject.search(queries, K)).found));
  }
  const other = subjects.find((_, i) => answers[i] !== answers[0]);
  if (other != null) throw new Error(`${other.name} finds other rows than ${subjects[0].name}.`);
}
