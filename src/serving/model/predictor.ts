import type { Signature } from './signature';

/** What a client is told: the body is JSON, for an error TensorFlow Serving's `{"error": message}`. */
export interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
}

/** A model that answers the bodies of requests. */
export interface Predictor {
  readonly signature: Signature;

  /**
   * The answer to the body of a `:predict` request. It settles when nothing of the request is left.
   * @param body its bytes, in blocks.
   * @param signal takes the rows that are not computed yet out of the queue; its reason is thrown.
   * @throws if the model fails, which is not the client's error.
   */
  predict(body: readonly Uint8Array[], signal: AbortSignal): Promise<Answer>;
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

/** For what another request, a little later, may get: 503. */
export function refusalForNow(error: string): Answer {
  return { ...refusal(503, error), retryAfter: 1 };
}
