import { join, shapeKey, slice, type Rows } from './rows';

export interface BatcherLimits {
  /** How long a batch waits for as many rows as the batch before it had. */
  readonly batchWindowMs: number;
  /** Rows computed at once, unless one request brings more. */
  readonly maxBatch: number;
  /** Rows that may wait. */
  readonly maxQueue: number;
}

/** What happens, for metrics. */
export interface BatcherEvents {
  queued(rows: number): void;
  computed(rows: number): void;
}

/** Too many rows wait already. */
export class QueueFull extends Error {}

interface Waiting {
  readonly rows: Rows;
  readonly key: string;
  resolve(outputs: Rows): void;
  reject(error: unknown): void;
}

/**
 * Dynamic micro-batching: requests that arrive close together are computed as one matrix product.
 *
 * A batch starts as soon as it holds as many rows as the one before it, and at the latest when the
 * window is over. So a single client never waits, and many clients that take turns with the server
 * soon share one batch.
 */
export class Batcher {
  private queue: Waiting[] = [];
  private lastBatch = 1;
  private window: NodeJS.Timeout | undefined;
  private running = false;

  constructor(
    private readonly predict: (rows: Rows) => Promise<Rows>,
    private readonly limits: BatcherLimits,
    private readonly events: BatcherEvents,
  ) {}

  /**
   * The outputs for a request's rows.
   * @param signal takes the request out of the queue; its reason is thrown.
   * @throws QueueFull if too many rows wait; what `predict` throws for these rows alone.
   */
  submit(rows: Rows, signal: AbortSignal): Promise<Rows> {
    signal.throwIfAborted();
    const waiting = this.waitingRows();
    if (waiting > 0 && waiting + rows.count > this.limits.maxQueue) {
      throw new QueueFull(
        `${waiting} rows wait already, and the queue takes ${this.limits.maxQueue}.`,
      );
    }
    return new Promise((resolve, reject) => {
      const waiting = { rows, key: shapeKey(rows), resolve, reject };
      const giveUp = () => {
        this.remove(waiting);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.queue.push(waiting);
      this.events.queued(this.waitingRows());
      this.schedule();
    });
  }

  private remove(waiting: Waiting): void {
    this.queue = this.queue.filter((other) => other !== waiting);
    this.events.queued(this.waitingRows());
  }

  /** Rows in the queue. */
  waitingRows(): number {
    return this.queue.reduce((total, { rows }) => total + rows.count, 0);
  }

  private schedule(): void {
    if (this.running || this.queue.length === 0) return;
    const { batchWindowMs, maxBatch } = this.limits;
    if (batchWindowMs === 0 || this.waitingRows() >= Math.min(this.lastBatch, maxBatch)) {
      clearTimeout(this.window);
      this.window = undefined;
      this.running = true;
      // Requests that have arrived on other connections in the meantime join.
      setImmediate(() => void this.run());
    } else {
      this.window ??= setTimeout(() => {
        this.window = undefined;
        this.lastBatch = 1;
        this.schedule();
      }, batchWindowMs);
    }
  }

  private async run(): Promise<void> {
    const batch = this.take();
    this.events.queued(this.waitingRows());
    if (batch.length > 0) {
      this.lastBatch = batch.reduce((total, { rows }) => total + rows.count, 0);
      await this.compute(batch);
      this.events.computed(this.lastBatch);
    }
    this.running = false;
    this.schedule();
  }

  /** The oldest request, and the later ones that can be computed with it. */
  private take(): Waiting[] {
    const [first] = this.queue;
    if (first == null) return [];
    const most = Math.max(this.limits.maxBatch, first.rows.count);
    let count = 0;
    const end = this.queue.findIndex(({ rows, key }) => {
      count += rows.count;
      return count > most || key !== first.key;
    });
    return this.queue.splice(0, end < 0 ? this.queue.length : end);
  }

  private async compute(batch: Waiting[]): Promise<void> {
    try {
      const outputs = await this.predict(join(batch.map(({ rows }) => rows)));
      let start = 0;
      for (const waiting of batch) {
        const { count } = waiting.rows;
        waiting.resolve(slice(outputs, start, count));
        start += count;
      }
    } catch (error) {
      if (batch.length === 1) return batch[0]!.reject(error);
      // Computing each request alone shows whose rows were bad.
      for (const waiting of batch) await this.compute([waiting]);
    }
  }
}
