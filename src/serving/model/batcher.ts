import { join, shapeKey, slice, split, type Rows } from './rows';

export interface BatcherLimits {
  /** How long a batch waits for as many rows as the batch before it had. */
  readonly batchWindowMs: number;
  /** Rows computed at once; a request with more is computed in parts. */
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

interface Request {
  /** Outputs of its parts. */
  readonly outputs: Rows[];
  /** Parts that are not computed yet. */
  left: number;
  resolve(outputs: Rows): void;
  reject(error: unknown): void;
}

/** Rows of one request that wait. */
interface Part {
  readonly request: Request;
  /** Its place among the parts of the request. */
  readonly index: number;
  readonly rows: Rows;
  readonly key: string;
}

/**
 * Dynamic micro-batching: requests that arrive close together are computed as one matrix product.
 *
 * A batch starts as soon as it holds as many rows as the one before it, and at the latest when the
 * window is over. So a single client never waits, and many clients that take turns with the server
 * soon share one batch. A request of many rows is computed in parts, and the thread does other things
 * between them. So the model must compute each row by itself, as models of tfjs do in inference.
 */
export class Batcher {
  private queue: Part[] = [];
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
    const parts = split(rows, this.limits.maxBatch);
    const key = shapeKey(rows);
    return new Promise((resolve, reject) => {
      const request: Request = { outputs: [], left: parts.length, resolve, reject };
      signal.addEventListener('abort', () => this.fail(request, signal.reason), { once: true });
      this.queue.push(...parts.map((part, index) => ({ request, index, rows: part, key })));
      this.schedule();
    });
  }

  private fail(request: Request, error: unknown): void {
    this.queue = this.queue.filter((part) => part.request !== request);
    this.events.queued(this.waitingRows());
    request.reject(error);
  }

  private finish({ request, index }: Part, outputs: Rows): void {
    request.outputs[index] = outputs;
    if (--request.left === 0) request.resolve(join(request.outputs));
  }

  /** Rows in the queue. */
  waitingRows(): number {
    return this.queue.reduce((total, { rows }) => total + rows.count, 0);
  }

  private schedule(): void {
    if (this.running || this.queue.length === 0) return;
    const { batchWindowMs, maxBatch } = this.limits;
    const continues = this.queue[0]!.index > 0;
    const enough = this.waitingRows() >= Math.min(this.lastBatch, maxBatch);
    if (batchWindowMs === 0 || continues || enough) {
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

  /** The oldest part, and the later ones that can be computed with it. */
  private take(): Part[] {
    const [first] = this.queue;
    if (first == null) return [];
    let count = 0;
    const end = this.queue.findIndex(({ rows, key }) => {
      count += rows.count;
      return count > this.limits.maxBatch || key !== first.key;
    });
    return this.queue.splice(0, end < 0 ? this.queue.length : end);
  }

  private async compute(batch: Part[]): Promise<void> {
    try {
      const outputs = await this.predict(join(batch.map(({ rows }) => rows)));
      let start = 0;
      for (const part of batch) {
        const { count } = part.rows;
        this.finish(part, slice(outputs, start, count));
        start += count;
      }
    } catch (error) {
      if (batch.length === 1) return this.fail(batch[0]!.request, error);
      // Computing each part alone shows whose rows were bad.
      for (const part of batch) await this.compute([part]);
    }
  }
}
