import type { Answer, PredictorEvents, Question } from '../model/predictor';
import type { Signature } from '../model/signature';
import type { Loaded, ThreadOptions } from '../thread/messages';
import { ModelThread } from '../thread/model_thread';
import type { VersionFolder } from './layout';
import type { ServedVersion, VersionState } from './served';

/** What a thread tells of its work, for metrics. */
export interface ThreadEvents extends PredictorEvents {
  /** It computes nothing more. */
  ended(): void;
}

/** What a version tells, for metrics. */
export interface VersionEvents {
  ofThread(): ThreadEvents;
  /** A version has come to a state; undefined if it is forgotten. */
  changed(version: number, state: VersionState | undefined): void;
  /** A version could not be loaded, or its thread has ended by itself. */
  failed(version: number, message: string): void;
}

/** A version of a model, from its load to its end. */
export class Version implements ServedVersion {
  readonly number: number;
  readonly folder: string;
  private current: VersionState = 'LOADING';
  private reason = '';
  private thread: ModelThread | undefined;
  private readonly work: ThreadEvents;
  private requests = 0;
  private onIdle: () => void = () => {};

  constructor(
    { number, folder }: VersionFolder,
    /** What tells its files from others. */
    readonly files: string,
    private readonly events: VersionEvents,
  ) {
    this.number = number;
    this.folder = folder;
    this.work = events.ofThread();
  }

  get state(): VersionState {
    return this.current;
  }

  get error(): string {
    return this.reason;
  }

  get loaded(): Loaded {
    return this.thread!.loaded;
  }

  get signature(): Signature {
    return this.loaded.signature;
  }

  /**
   * Loads and warms it. It does not throw: `state` and `error` tell what has become of it.
   * @param mustCompute whether a model that cannot compute rows of zeros is a failure.
   * @param signal ends the load, which is no failure then.
   */
  async load(
    options: Omit<ThreadOptions, 'folder'>,
    mustCompute: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    this.come('LOADING');
    const ended = ({ message }: Error) => {
      this.reason = message;
      this.end();
      this.events.failed(this.number, message);
    };
    try {
      const { folder, work } = this;
      this.thread = await ModelThread.start({ ...options, folder }, work, ended, signal);
      const { notWarm, failsOnZeros } = this.loaded;
      if (mustCompute && failsOnZeros) {
        await this.thread.end();
        throw new Error(`${folder}: ${notWarm}`);
      }
      this.come('AVAILABLE');
    } catch (error) {
      if (signal.aborted) this.end();
      else ended(error as Error);
    }
  }

  async predict(question: Question, signal: AbortSignal): Promise<Answer> {
    this.requests++;
    try {
      return await this.thread!.predict(question, signal);
    } finally {
      if (--this.requests === 0) this.onIdle();
    }
  }

  /**
   * Answers what it has been asked, and ends. No request may come after this call.
   * @param timeoutMs after which nobody waits for an answer.
   */
  async unload(timeoutMs: number): Promise<void> {
    if (this.current !== 'AVAILABLE') return;
    this.come('UNLOADING');
    await this.idle(timeoutMs);
    await this.thread!.end();
    this.end();
  }

  private async idle(timeoutMs: number): Promise<void> {
    if (this.requests === 0) return;
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
      setTimeout(resolve, timeoutMs).unref();
    });
  }

  private end(): void {
    this.work.ended();
    this.come('END');
  }

  private come(state: VersionState): void {
    this.current = state;
    this.events.changed(this.number, state);
  }
}
