/* A process that hosts one library; the coordinator tells it when its subjects have their turn. */
import { openOnnxRuntime } from './hosts/onnxruntime';
import { openTfjs } from './hosts/tfjs';
import type { Host, Subject } from './hosts/host';
import type { HostName, Task } from './plan';

export type Request =
  | { readonly prepare: Task; readonly except: readonly string[]; readonly warmUpMs: number }
  | { readonly turn: string; readonly turnMs: number }
  | { readonly release: true };

export interface Prepared {
  readonly subjects: string[];
  readonly engine: string;
}

export type Reply = { result: Prepared | number[] | null } | { error: string };

let host: Host;
let subjects: Subject[] = [];

async function openHost(name: HostName): Promise<Host> {
  return name === 'onnxruntime-node' || name === 'onnxruntime-web'
    ? openOnnxRuntime(name)
    : await openTfjs(name);
}

async function answer(request: Request): Promise<Prepared | number[] | null> {
  if ('prepare' in request) return prepare(request.prepare, request.except, request.warmUpMs);
  if ('turn' in request) {
    const subject = subjects.find(({ name }) => name === request.turn);
    if (subject == null) throw new Error(`"${request.turn}" was not prepared.`);
    return timeCalls(subject, request.turnMs);
  }
  subjects = [];
  await host.release();
  return null;
}

async function prepare(task: Task, except: readonly string[], warmUpMs: number): Promise<Prepared> {
  const all = await host.prepare(task);
  subjects = all.filter(({ name }) => !except.includes(name));
  for (const subject of subjects) await timeCalls(subject, warmUpMs);
  return { subjects: subjects.map(({ name }) => name), engine: host.engine() };
}

/** Milliseconds of each call, for as long as the turn lasts. */
async function timeCalls(subject: Subject, turnMs: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + turnMs;
  let now: number;
  do {
    const start = performance.now();
    const pending = subject.call();
    if (pending != null) await pending;
    now = performance.now();
    times.push(now - start);
  } while (now < end);
  return times;
}

function send(reply: Reply): void {
  process.send?.(reply);
}

process.on('message', (request: Request) => {
  answer(request).then(
    (result) => send({ result }),
    (error: Error) => send({ error: error.stack ?? String(error) }),
  );
});
// The coordinator has gone.
process.on('disconnect', () => process.exit());

openHost(process.argv[2] as HostName).then(
  (opened) => {
    host = opened;
    send({ result: null });
  },
  (error: Error) => send({ error: error.message }),
);
