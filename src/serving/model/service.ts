import { memory } from '@tensorflow/tfjs-core';
import { BadBody } from '../protocols/bad_body';
import { codecsOf } from '../protocols/codecs';
import { Batcher, QueueFull, type BatcherLimits } from './batcher';
import {
  refusal,
  refusalForNow,
  type Answer,
  type Predictor,
  type PredictorEvents,
  type Question,
} from './predictor';
import type { ServedModel } from './served_model';
import type { Signature } from './signature';

export interface ServiceLimits extends BatcherLimits {
  /** Rows of one request. */
  readonly maxRows: number;
}

/** Answers questions in the thread that calls it, of any protocol: computes the rows of all together in batches. */
export class PredictService implements Predictor {
  readonly signature: Signature;
  private readonly codecs: ReturnType<typeof codecsOf>;
  private readonly batcher: Batcher;

  constructor(model: ServedModel, limits: ServiceLimits, events: PredictorEvents) {
    this.signature = model.signature;
    this.codecs = codecsOf(model.signature, limits.maxRows);
    const tellHeld = () => {
      const { numTensors, numBytes } = memory();
      events.held(numTensors, numBytes);
    };
    tellHeld();
    this.batcher = new Batcher((rows) => model.predict(rows), limits, {
      queued: (rows) => events.queued(rows),
      computed: (rows) => {
        events.computed(rows);
        tellHeld();
      },
    });
  }

  async predict(question: Question, signal: AbortSignal): Promise<Answer> {
    try {
      const asked = this.codecs[question.protocol].read(question);
      return asked.answer(await this.batcher.submit(asked.rows, signal));
    } catch (error) {
      if (error instanceof BadBody) return refusal(400, error.message);
      if (error instanceof QueueFull) return refusalForNow(error.message);
      throw error;
    }
  }
}
