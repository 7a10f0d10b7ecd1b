import type { Socket } from 'node:net';

/** The server holds as many bytes as it may. */
export class BudgetSpent extends Error {}

/** A request costs memory beside its body, so one that is tiny counts as this many bytes. */
export const REQUEST_BYTES = 4096;

/** Bytes of requests and answers that are held at one time, over all connections. */
export class ByteBudget {
  private used = 0;
  private readonly holds = new WeakMap<Socket, Set<Hold>>();

  constructor(private readonly most: number) {}

  /**
   * Begins to hold the bytes of a request, until its connection ends or `release` is called.
   * @throws BudgetSpent if too many bytes are held.
   */
  hold(socket: Socket): Hold {
    this.refuseBeyond(REQUEST_BYTES);
    const hold = new Hold(this);
    hold.add(REQUEST_BYTES);
    this.holdsOf(socket).add(hold);
    return hold;
  }

  /** @throws BudgetSpent if so many bytes more would be too many. */
  refuseBeyond(bytes: number): void {
    if (this.used + bytes > this.most) {
      throw new BudgetSpent(`The server holds as many bytes of requests as it may: ${this.most}.`);
    }
  }

  change(bytes: number): void {
    this.used += bytes;
  }

  /** A connection may end with several requests on it, and not all of them are told. */
  private holdsOf(socket: Socket): Set<Hold> {
    let holds = this.holds.get(socket);
    if (holds == null) {
      const all = (holds = new Set<Hold>());
      this.holds.set(socket, all);
      socket.once('close', () => {
        for (const hold of all) hold.release();
      });
    }
    return holds;
  }
}

/** The bytes of one request, and of its answer. */
export class Hold {
  private bytes = 0;
  private released = false;
  private users = 1;

  constructor(private readonly budget: ByteBudget) {}

  /** Bytes that have been made already. */
  add(bytes: number): void {
    this.bytes += bytes;
    this.budget.change(bytes);
  }

  /** @throws BudgetSpent if so many bytes more would be too many; then they are not added. */
  tryAdd(bytes: number): void {
    this.budget.refuseBeyond(bytes);
    this.add(bytes);
  }

  /** The bytes stay until the work has ended, even if the connection ends before. */
  keepFor(work: Promise<unknown>): void {
    this.users++;
    const end = () => this.drop();
    work.then(end, end);
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.drop();
  }

  private drop(): void {
    if (--this.users > 0) return;
    this.budget.change(-this.bytes);
    this.bytes = 0;
  }
}
