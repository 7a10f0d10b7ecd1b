import { Worker } from 'node:worker_threads';
import type { Answer, Predictor, PredictorEvents, Question } from '../model/predictor';
import type { Signature } from '../model/signature';
import { execArgvOfFiles, programFile } from '../program_file';
import { keepTensorFlowLoaded } from './keep_loaded';
import type { FromThread, Loaded, ThreadOptions, ToThread } from './messages';

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** A model that loads and computes in a thread of its own: this thread only hands over bytes. */
export class ModelThread implements Predictor {
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private isEnding = false;

  private constructor(
    private readonly thread: Worker,
    readonly loaded: Loaded,
  ) {}

  /**
   * Resolves when the model is loaded and warm.
   * @param ended is called if the thread ends by itself later, because its memory is full, for example.
   * @param signal ends the thread while it loads.
   * @throws if that fails, or the signal ends it.
   */
  static start(
    { folder, backend, imports, warmupShapes, workers, ...limits }: ThreadOptions,
    events: PredictorEvents,
    ended: (error: Error) => void,
    signal: AbortSignal,
  ): Promise<ModelThread> {
    const { batchWindowMs, maxBatch, maxQueue, maxRows } = limits;
    const workerData = {
      ...{ folder, imports, workers, batchWindowMs, maxBatch, maxQueue, maxRows },
      ...(backend != null && { backend }),
      ...(warmupShapes != null && { warmupShapes }),
    } satisfies ThreadOptions;
    if (backend == null || backend === 'tensorflow') keepTensorFlowLoaded();
    const thread = new Worker(programFile('thread'), { workerData, execArgv: execArgvOfFiles() });
    const abort = () => void thread.terminate();
    signal.addEventListener('abort', abort);
    return new Promise((resolve, reject) => {
      let started: ModelThread | undefined;
      let hasFailed = false;
      const fail = (error: Error) => {
        signal.removeEventListener('abort', abort);
        if (started == null) return reject(error);
        started.rejectAll(error);
        if (hasFailed || started.isEnding) return;
        hasFailed = true;
        ended(error);
      };
      thread.on('message', (message: FromThread) => {
        if (message.kind !== 'loaded') return receive(message, events, started);
        signal.removeEventListener('abort', abort);
        started = new ModelThread(thread, message.loaded);
        resolve(started);
      });
      thread.on('error', fail);
      // Without an error before it: a layer has ended the thread, or `end` has.
      thread.on('exit', () => fail(new Error('The thread of the model has ended.')));
    });
  }

  get signature(): Signature {
    return this.loaded.signature;
  }

  predict(question: Question, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const id = ++this.lastId;
    return new Promise<Answer>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      const abort = () => this.send({ kind: 'abort', id });
      signal.addEventListener('abort', abort, { once: true });
      const buffers = question.body.map(({ buffer }) => buffer as ArrayBuffer);
      this.send({ kind: 'predict', id, question }, buffers);
    });
  }

  /** Ends the thread; what it computes is lost. */
  async end(): Promise<void> {
    this.isEnding = true;
    await this.thread.terminate();
  }

  private send(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.thread.postMessage(message, transfer);
  }

  private rejectAll(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  /** What a request waits for; it waits no longer. */
  take(id: number): Waiting {
    const waiting = this.waiting.get(id)!;
    this.waiting.delete(id);
    return waiting;
  }
}

function receive(
  message: Exclude<FromThread, { kind: 'loaded' }>,
  events: PredictorEvents,
  model: ModelThread | undefined,
): void {
  switch (message.kind) {
    case 'answer':
      return model!.take(message.id).resolve(message.answer);
    case 'error':
      return model!.take(message.id).reject(message.error);
    case 'queued':
      return events.queued(message.rows);
    case 'computed':
      return events.computed(message.rows);
    case 'held':
      return events.held(message.tensors, message.bytes);
  }
}
