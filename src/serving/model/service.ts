import { memory } from '@tensorflow/tfjs-core';
import { Batcher, QueueFull, type BatcherLimits } from './batcher';
import { BodyReader, writeRows } from './body';
import {
  refusal,
  refusalForNow,
  type Answer,
  type Predictor,
  type PredictorEvents,
} from './predictor';
import { BadBody } from './rows';
import type { ServedModel } from './served_model';
import type { Signature } from './signature';

export interface ServiceLimits extends BatcherLimits {
  /** Rows of one request. */
  readonly maxRows: number;
}

/** Answers bodies in the thread that calls it: reads them, computes their rows in batches, writes the outputs. */
export class PredictService implements Predictor {
  readonly signature: Signature;
  private readonly reader: BodyReader;
  private readonly batcher: Batcher;

  constructor(model: ServedModel, limits: ServiceLimits, events: PredictorEvents) {
    this.signature = model.signature;
    this.reader = new BodyReader(model.signature, limits.maxRows);
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

  async predict(blocks: readonly Uint8Array[], signal: AbortSignal): Promise<Answer> {
    try {
      const { body, rows } = this.reader.read(blocks);
      const outputs = await this.batcher.submit(rows, signal);
      return { status: 200, body: JSON.stringify(writeRows(body, outputs, this.signature)) };
    } catch (error) {
      if (error instanceof BadBody) return refusal(400, error.message);
      if (error instanceof QueueFull) return refusalForNow(error.message);
      throw error;
    }
  }
}
