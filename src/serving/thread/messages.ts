import type { Answer, Question } from '../model/predictor';
import type { ServiceLimits } from '../model/service';
import type { Signature } from '../model/signature';
import type { ServerOptions } from '../options';

/** What the thread needs to start. */
export interface ThreadOptions extends ServiceLimits {
  /** Folder of the saved model. */
  readonly folder: string;
  readonly backend?: ServerOptions['backend'];
  /** Files that register classes of layers. */
  readonly imports: readonly string[];
  /** Shapes of its inputs for a warm-up, without the batch. */
  readonly warmupShapes?: ReadonlyArray<readonly number[]>;
  /** Processes that share the processors. */
  readonly workers: number;
}

/** To the thread. */
export type ToThread =
  | { readonly kind: 'predict'; readonly id: number; readonly question: Question }
  | { readonly kind: 'abort'; readonly id: number };

/** What is known when the model is loaded. */
export interface Loaded {
  readonly signature: Signature;
  readonly backend: string;
  /** The layers, as a table for people. */
  readonly table: string;
  /** Why there was no warm-up. */
  readonly notWarm: string | undefined;
  /** Whether that is because the model cannot compute the rows. */
  readonly failsOnZeros: boolean;
}

/** From the thread. */
export type FromThread =
  | { readonly kind: 'loaded'; readonly loaded: Loaded }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'error'; readonly id: number; readonly error: Error }
  | { readonly kind: 'queued'; readonly rows: number }
  | { readonly kind: 'computed'; readonly rows: number }
  | { readonly kind: 'held'; readonly tensors: number; readonly bytes: number };
