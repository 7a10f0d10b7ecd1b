import type { ChildProcess } from 'node:child_process';
import { median } from '../../examples/support/median';
import { compile, nextMessage, nodeProgram, startProcess } from '../support/processes';
import { quantile } from '../support/statistics';
import { PARTS, type PartTimes } from './parts';
import type { NetReply, NetRequest, NetStarted } from './worker';
import type { NetName } from './vit';

/** One net, one image at a time. */
export interface NetRow {
  readonly net: NetName;
  readonly node: number;
  readonly backend: string;
  /** Those of this package; empty and 0 for the net of TensorFlow.js alone. */
  readonly engine: string;
  readonly threads: number;
  readonly medianMs: number;
  /** First and third quartile. */
  readonly quartilesMs: readonly [number, number];
  /** The medians of the parts. */
  readonly partsMs: PartTimes;
  /** The time of the net of TensorFlow.js alone by that of this one. */
  readonly ratio: number;
}

/** The nets that take turns; one process for each. */
const SUBJECTS: Readonly<
  Record<NetRequest['backend'], ReadonlyArray<Omit<NetRequest, 'backend'>>>
> = {
  wasm: [
    { net: 'stock', threads: 1 },
    { net: 'float', threads: 1 },
    { net: 'deployed', threads: 1 },
    { net: 'deployed', threads: undefined },
    { net: 'tetra', threads: 1 },
  ],
  tensorflow: [
    { net: 'stock', threads: undefined },
    { net: 'float', threads: undefined },
    { net: 'deployed', threads: undefined },
  ],
};

const BACKENDS = ['wasm', 'tensorflow'] as const;

interface Subject extends Omit<NetRequest, 'threads'>, NetStarted {
  readonly node: number;
  readonly child: ChildProcess;
  readonly times: PartTimes[];
}

type Progress = (task: string) => void;

/** How many times `progress` of `measureNets` is called. */
export function netSteps(nodes: readonly number[], rounds: number): number {
  return nodes.length * Object.values(SUBJECTS).flat().length * (1 + rounds);
}

/** `progress` is called after each start of a net, and after each of its turns. */
export async function measureNets(
  nodes: readonly number[],
  rounds: number,
  progress: Progress,
): Promise<NetRow[]> {
  const file = compile('nets/worker');
  const rows: NetRow[] = [];
  for (const node of nodes) {
    for (const backend of BACKENDS) {
      const subjects: Subject[] = [];
      try {
        for (const subject of SUBJECTS[backend]) {
          subjects.push(await start(file, { ...subject, backend }, node));
          progress(nameOf(subjects[subjects.length - 1]));
        }
        await takeTurns(subjects, rounds, progress);
        rows.push(...rowsOf(subjects));
      } finally {
        for (const { child } of subjects) if (child.connected) child.disconnect();
      }
    }
  }
  return rows;
}

async function start(file: string, request: NetRequest, node: number): Promise<Subject> {
  const child = startProcess(nodeProgram(node), file, [JSON.stringify(request)]);
  try {
    const started = await received<NetStarted>(child, nameOf({ ...request, node }));
    return { ...request, ...started, node, child, times: [] };
  } catch (error) {
    if (child.connected) child.disconnect();
    throw error;
  }
}

async function takeTurns(
  subjects: readonly Subject[],
  rounds: number,
  progress: Progress,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      const reply = received<PartTimes>(subject.child, nameOf(subject));
      subject.child.send('compute');
      subject.times.push(await reply);
      progress(nameOf(subject));
    }
  }
}

function rowsOf(subjects: readonly Subject[]): NetRow[] {
  const totals = (times: readonly PartTimes[]) =>
    times.map((parts) => PARTS.reduce((sum, part) => sum + parts[part], 0));
  const stock = median(totals(subjects[0].times));
  return subjects.map(({ net, node, backend, engine, threads, times }) => {
    const all = totals(times);
    const ofPart = PARTS.map((part) => [part, median(times.map((parts) => parts[part]))]);
    return {
      net,
      node,
      backend,
      engine: net === 'stock' ? '' : engine,
      threads: net === 'stock' ? 0 : threads,
      medianMs: median(all),
      quartilesMs: [quantile(all, 0.25), quantile(all, 0.75)],
      partsMs: Object.fromEntries(ofPart) as PartTimes,
      ratio: stock / median(all),
    };
  });
}

const nameOf = ({ net, backend, node }: Pick<Subject, 'net' | 'backend' | 'node'>) =>
  `ViT-Base ${net} on ${backend} and Node ${node}`;

async function received<Result extends NetStarted | PartTimes>(
  child: ChildProcess,
  name: string,
): Promise<Result> {
  const reply = await nextMessage<NetReply>(child, name);
  if ('error' in reply) throw new Error(`${name}: ${reply.error}`);
  return reply.result as Result;
}
