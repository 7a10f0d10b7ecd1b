import type { Signature } from './signature';

/** The protocols in which clients ask. */
export type ProtocolName = 'tensorflow_serving' | 'open_inference';

/** What a client asks a version of a model. */
export interface Question {
  readonly protocol: ProtocolName;
  /** The name of the model. */
  readonly model: string;
  readonly version: number;
  /** The bytes of the body, in blocks. */
  readonly body: readonly Uint8Array[];
  /** How many of them are JSON, where the client says it: those behind are the values of tensors. */
  readonly jsonBytes?: number;
}

/** What a client is told. */
export interface Answer {
  readonly status: number;
  /** JSON, unless `headers` have another Content-Type; for an error `{"error": message}`. */
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A model that answers questions. */
export interface Predictor {
  readonly signature: Signature;

  /**
   * The answer to a question. It settles when nothing of the request is left.
   * @param signal takes the rows that are not computed yet out of the queue; its reason is thrown.
   * @throws if the model fails, which is not the client's error.
   */
  predict(question: Question, signal: AbortSignal): Promise<Answer>;
}

/** What a predictor tells of its work, for metrics. */
export interface PredictorEvents {
  /** Rows that wait to be computed. */
  queued(rows: number): void;
  /** Rows that were computed at once. */
  computed(rows: number): void;
  /** Tensors of TensorFlow.js, and their bytes. */
  held(tensors: number, bytes: number): void;
}

export function refusal(status: number, error: string): Answer {
  return { status, body: JSON.stringify({ error }) };
}

/** For what another request, a second later, may get: 503. */
export function refusalForNow(error: string): Answer {
  return { ...refusal(503, error), headers: { 'Retry-After': '1' } };
}
