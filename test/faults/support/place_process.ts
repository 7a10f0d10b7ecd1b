import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Place, PlaceIndex, PlaceMatch, SearchOptions } from '../../../src/retrieval';

/** An index on PGlite in a process of its own, which can be killed. */
export class PlaceProcess implements PlaceIndex {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private calls = 0;

  constructor(
    folder: string,
    readonly bits: number,
  ) {
    const program = join(__dirname, 'place_program.cjs');
    this.child = fork(program, [folder, String(bits)], { serialization: 'advanced' });
    this.child.on('message', (answer: Answer) => this.waiting.get(answer.call)?.(answer));
    this.opened = this.answer(0);
    this.opened.catch(() => undefined);
  }

  /** Rejected where the index cannot be opened. */
  readonly opened: Promise<unknown>;

  add(places: readonly Place[]): Promise<void> {
    return this.call('add', places);
  }

  search(descriptors: Uint8Array, options: SearchOptions): Promise<PlaceMatch[][]> {
    return this.call('search', descriptors, options);
  }

  remove(ids: readonly string[]): Promise<number> {
    return this.call('remove', ids);
  }

  size(): Promise<number> {
    return this.call('size');
  }

  buildApproximate(): Promise<void> {
    return this.call('buildApproximate');
  }

  close(): Promise<void> {
    return this.call('close');
  }

  /** Ends the process, which is not asked. Does nothing if it has ended. */
  async kill(): Promise<void> {
    if (this.child.exitCode != null || this.child.signalCode != null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private async call<Result>(method: string, ...parameters: unknown[]): Promise<Result> {
    const call = ++this.calls;
    this.child.send({ call, method, parameters });
    return (await this.answer(call)) as Result;
  }

  private async answer(call: number): Promise<unknown> {
    const { message, result } = await new Promise<Answer>((resolve) =>
      this.waiting.set(call, resolve),
    );
    this.waiting.delete(call);
    if (message != null) throw new Error(message);
    return result;
  }
}

interface Answer {
  readonly call: number;
  readonly result?: unknown;
  readonly message?: string;
}
