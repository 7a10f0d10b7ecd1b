import type { Socket } from 'node:net';

/** The server holds as many bytes as it may. */
export class BudgetSpent extends Error {}

/** A request costs memory beside its body, so one that is tiny counts as this many bytes. */
export const REQUEST_BYTES = 4096;

/** Where others need its bytes, a request may keep the server waiting for this time: as long as `Retry-After` says. */
const PATIENCE_MS = 1000;

/**
 * Bytes of requests and answers that are held at one time, over all connections. When they are spent, requests whose
 * clients are slow to send them, or to take their answers, end: first the one that has waited longest.
 */
export class ByteBudget {
  private used = 0;
  private readonly holds = new WeakMap<Socket, Set<Hold>>();
  /** Those that wait for their clients, the longest first. */
  private readonly waiting = new Map<Hold, number>();

  constructor(private readonly most: number) {}

  /**
   * Begins to hold the bytes of a request, until its connection ends or `release` is called.
   * @throws BudgetSpent if too many bytes are held.
   */
  hold(socket: Socket): Hold {
    // If it throws, nothing is left behind.
    this.makeRoom(REQUEST_BYTES);
    const hold = new Hold(this, this.holdsOf(socket));
    hold.add(REQUEST_BYTES);
    return hold;
  }

  /** @throws BudgetSpent if so many bytes more would be too many. */
  makeRoom(bytes: number): void {
    while (this.used + bytes > this.most && this.endLongestWaiting());
    if (this.used + bytes > this.most) {
      throw new BudgetSpent(`The server holds as many bytes of requests as it may: ${this.most}.`);
    }
  }

  change(bytes: number): void {
    this.used += bytes;
  }

  waits(hold: Hold): void {
    this.waiting.set(hold, performance.now());
  }

  waitsNoLonger(hold: Hold): void {
    this.waiting.delete(hold);
  }

  private endLongestWaiting(): boolean {
    const [longest] = this.waiting;
    if (longest == null) return false;
    const [hold, since] = longest;
    if (performance.now() - since < PATIENCE_MS) return false;
    hold.end();
    return true;
  }

  /** A connection may end with several requests on it, and not all of them are told. */
  private holdsOf(socket: Socket): Set<Hold> {
    let holds = this.holds.get(socket);
    if (holds == null) {
      const all = (holds = new Set<Hold>());
      this.holds.set(socket, all);
      socket.once('close', () => {
        for (const hold of [...all]) hold.release();
      });
    }
    return holds;
  }
}

/** The bytes of one request, and of its answer. */
export class Hold {
  private bytes = 0;
  private users = 1;
  private onEnd: (error: Error) => void = () => {};

  /** @param ofConnection the holds of its connection that are not released. */
  constructor(
    private readonly budget: ByteBudget,
    private readonly ofConnection: Set<Hold>,
  ) {
    ofConnection.add(this);
  }

  /** @throws BudgetSpent if so many bytes more would be too many; then they are not added. */
  add(bytes: number): void {
    this.budget.makeRoom(bytes);
    // It may be the slow one itself.
    if (this.isReleased()) throw slowOne();
    this.bytes += bytes;
    this.budget.change(bytes);
  }

  /** @param onEnd is called if others need the bytes and the client is slow. */
  waitForClient(onEnd: (error: Error) => void): void {
    if (this.isReleased()) return;
    this.onEnd = onEnd;
    this.budget.waits(this);
  }

  clientIsDone(): void {
    this.budget.waitsNoLonger(this);
  }

  /** Gives up a request that waits for its client. */
  end(): void {
    this.release();
    this.onEnd(slowOne());
  }

  /** The bytes stay until the work has ended, even if the connection ends before. */
  keepFor(work: Promise<unknown>): void {
    this.users++;
    const end = () => this.drop();
    work.then(end, end);
  }

  release(): void {
    this.budget.waitsNoLonger(this);
    if (this.ofConnection.delete(this)) this.drop();
  }

  private isReleased(): boolean {
    return !this.ofConnection.has(this);
  }

  private drop(): void {
    if (--this.users > 0) return;
    this.budget.change(-this.bytes);
    this.bytes = 0;
  }
}

function slowOne(): BudgetSpent {
  return new BudgetSpent('Other requests need the memory of this slow one.');
}
