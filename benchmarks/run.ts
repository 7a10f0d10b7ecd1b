import type { ChildProcess } from 'node:child_process';
import { HOSTS, isTooSlow, OURS, PEERS, type Effort, type HostName, type Task } from './plan';
import { compile, nextMessage, nodeProgram, startProcess } from './support/processes';
import type { Prepared, Reply, Request } from './worker';

/** The times of one subject at one task. */
export interface Measurement {
  readonly task: Task;
  readonly node: number;
  readonly host: HostName;
  readonly subject: string;
  readonly engine: string;
  /** Milliseconds of each call. */
  readonly times: number[];
}

interface Worker {
  readonly node: number;
  readonly host: HostName;
  readonly child: ChildProcess;
}

/** A subject whose calls take longer than this takes part in few rounds. */
const SLOW_MS = 1000;
const SLOW_ROUNDS = 3;

/** Processes that take turns: one for each library and version of Node. */
export class Run {
  private constructor(
    private readonly workers: readonly Worker[],
    private readonly effort: Effort,
  ) {}

  static async start(nodes: readonly number[], effort: Effort): Promise<Run> {
    const file = compile('worker');
    const workers = nodes.flatMap((node) => {
      const program = nodeProgram(node);
      return HOSTS.map((host) => ({
        node,
        host,
        child: startProcess(program, file, [host]),
      }));
    });
    const run = new Run(workers, effort);
    try {
      await Promise.all(workers.map(received));
    } catch (error) {
      run.end();
      throw error;
    }
    return run;
  }

  end(): void {
    for (const { child } of this.workers) child.disconnect();
  }

  /** `progress` is called after each round. */
  async measure(task: Task, progress: () => void): Promise<Measurement[]> {
    const measurements = await this.prepare(task);
    for (let round = 0; round < this.effort.rounds; round++) {
      for (const { worker, measurement } of measurements) {
        const { subject, times } = measurement;
        if (round >= SLOW_ROUNDS && Math.min(...times) > SLOW_MS) continue;
        const request = { turn: subject, turnMs: this.effort.turnMs };
        const added = (await ask(worker, request)) as number[];
        times.push(...added);
      }
      progress();
    }
    await Promise.all(this.workers.map((worker) => ask(worker, { release: true })));
    return measurements.map(({ measurement }) => measurement);
  }

  private async prepare(task: Task) {
    const prepared = await Promise.all(
      this.workers.map((worker) => {
        const except = tooSlow(worker.host, task, this.effort);
        return ask(worker, { prepare: task, except, warmUpMs: this.effort.warmUpMs });
      }),
    );
    return this.workers.flatMap((worker, i) => {
      const { subjects, engine } = prepared[i] as Prepared;
      const { node, host } = worker;
      return subjects.map((subject) => ({
        worker,
        measurement: {
          task,
          node,
          host,
          subject,
          engine: subject === OURS ? engine : '',
          times: [] as number[],
        },
      }));
    });
  }
}

function tooSlow(host: HostName, task: Task, effort: Effort): string[] {
  const peers = (PEERS[host] ?? []).map(([, subject]) => subject);
  return peers.filter((subject) => isTooSlow(host, subject, task, effort));
}

function ask(worker: Worker, request: Request): Promise<Prepared | number[] | null> {
  const reply = received(worker);
  worker.child.send(request);
  return reply;
}

async function received({ child, host, node }: Worker): Promise<Prepared | number[] | null> {
  const reply = await nextMessage<Reply>(child, `${host} on Node ${node}`);
  if ('error' in reply) throw new Error(`${host} on Node ${node}: ${reply.error}`);
  return reply.result;
}
