import { readFileSync } from 'node:fs';
import { median } from '../../examples/support/median';
import { quantile } from '../support/statistics';
import { CALLS, caseName, K, RECALL_QUERIES, type Case } from './cases';
import { descriptorFile, queriesOf } from './descriptors';
import { recallsOf, type Recall } from './recall';
import { openStores } from './stores';
import type { Kept, Store, Subject } from './subject';

/** Milliseconds a query. */
interface SearchRow {
  readonly descriptors: string;
  readonly engine: string;
  readonly queries: number;
  readonly ms: number;
  readonly quartiles: readonly [number, number];
}

export interface KeptRow extends Kept {
  readonly descriptors: string;
  /** Of approximate searches. */
  readonly recall?: Recall;
}

export interface Measured {
  readonly searches: readonly SearchRow[];
  readonly kept: readonly KeptRow[];
}

/** Calls of each engine before those that count: V8 optimizes meanwhile. */
const WARM_UPS = 3;

/** Fills all engines with the descriptors of a case, and searches them. */
export async function measure(
  each: Case,
  python: string | undefined,
  progress: (task: string) => void,
): Promise<Measured> {
  const descriptors = readFileSync(descriptorFile(each));
  const named = (task: string) => progress(`${caseName(each)}: ${task}`);
  const stores = await openStores(descriptors, each, python, named);
  try {
    const subjects = stores.flatMap((store) => store.subjects);
    const searches = await timeSearches(subjects, descriptors, each, named);
    const kept: KeptRow[] = [];
    for (const store of stores) {
      if (store.kept == null) continue;
      const recall = await recallOf(store, subjects[0], descriptors, each, named);
      kept.push({ descriptors: caseName(each), ...store.kept, ...recall });
    }
    return { searches, kept };
  } finally {
    for (const store of stores) await store.close();
  }
}

async function recallOf(
  { subjects }: Store,
  exact: Subject,
  descriptors: Uint8Array,
  each: Case,
  progress: (task: string) => void,
): Promise<{ recall?: Recall }> {
  const approximate = subjects.find(({ isApproximate }) => isApproximate);
  if (approximate == null) return {};
  progress(`recall of ${approximate.name}`);
  const queries = queriesOf(descriptors, each, RECALL_QUERIES);
  return { recall: await recallsOf(approximate, exact, queries) };
}

/** Searches of all engines in turn, so that a slow spell of the machine hits all. */
async function timeSearches(
  all: readonly Subject[],
  descriptors: Uint8Array,
  each: Case,
  progress: (task: string) => void,
): Promise<SearchRow[]> {
  const rows: SearchRow[] = [];
  for (const { queries: count, rounds } of CALLS) {
    const subjects = all.filter(({ oneQueryOnly }) => count === 1 || !oneQueryOnly);
    const queries = queriesOf(descriptors, each, count);
    await checkAnswers(subjects, queries);
    const times = await timesOf(subjects, queries, rounds, () => progress('searches'));
    rows.push(...subjects.map(({ name }, i) => rowOf(each, name, count, times[i])));
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

function rowOf(each: Case, engine: string, queries: number, times: readonly number[]): SearchRow {
  const ofOne = times.map((ms) => ms / queries);
  const quartiles = [quantile(ofOne, 0.25), quantile(ofOne, 0.75)] as const;
  return { descriptors: caseName(each), engine, queries, ms: median(ofOne), quartiles };
}

/** Engines that search exactly find the same rows, those of one distance by number. */
async function checkAnswers(subjects: readonly Subject[], queries: Uint8Array): Promise<void> {
  const exact = subjects.filter(({ isApproximate }) => !isApproximate);
  const answers: string[] = [];
  for (const subject of exact) {
    answers.push(JSON.stringify((await subject.search(queries, K)).found));
  }
  const other = exact.find((_, i) => answers[i] !== answers[0]);
  if (other != null) throw new Error(`${other.name} finds other rows than ${exact[0].name}.`);
}
