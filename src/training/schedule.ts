import { Callback } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';

export interface ScheduleArgs {
  /** Whether the value moves with every step (batch) or with every epoch. Default: `'step'`. */
  by?: 'step' | 'epoch';
  /**
   * Epochs, counted from epoch 0, that the schedule spans; it keeps its last value after them.
   * Default: the `epochs` of the call of `fit` or `fitDataset`.
   */
  epochs?: number;
}

/** Where training stands, in the unit of a schedule: steps or epochs, counted from 0. */
export interface Position {
  readonly current: number;
  /** Number of units that the schedule spans. */
  readonly total: number;
  /** Units per epoch: 1 where the unit is the epoch. */
  readonly perEpoch: number;
}

/**
 * A callback that sets a value before each step or epoch from the position in training alone. It has
 * no state of its own: training resumed with `initialEpoch` goes on where it was.
 */
export abstract class Schedule extends Callback {
  private epoch = 0;

  constructor(
    private readonly label: string,
    private readonly span: ScheduleArgs,
  ) {
    super();
    const { by = 'step', epochs } = span;
    if (by !== 'step' && by !== 'epoch') {
      throw argumentError(label, 'by', "'step' or 'epoch'", by);
    }
    if (epochs != null && !(epochs > 0 && epochs < Infinity)) {
      throw argumentError(label, 'epochs', 'a positive number', epochs);
    }
    // tfjs takes the methods out of a callback that stands behind a plain object of functions.
    this.onEpochBegin = this.onEpochBegin.bind(this);
    this.onBatchBegin = this.onBatchBegin.bind(this);
  }

  /** Sets the value that belongs to a position. */
  protected abstract update(position: Position): void;

  override onEpochBegin(epoch: number): Promise<void> {
    return this.run(() => {
      this.epoch = epoch;
      if (this.span.by === 'epoch') this.update(this.position(epoch, 1));
    });
  }

  override onBatchBegin(batch: number): Promise<void> {
    return this.run(() => {
      if (this.span.by === 'epoch') return;
      const perEpoch = this.stepsPerEpoch();
      this.update(this.position(this.epoch * perEpoch + batch, perEpoch));
    });
  }

  /** As a promise, which tfjs awaits: an error then rejects that of `fit`. */
  private async run(update: () => void): Promise<void> {
    if (this.model == null) {
      throw new Error(
        `${this.label}: tfjs tells no callback its model where the list of callbacks begins with a ` +
          'plain object. Put this one first, and the object into `new tf.CustomCallback({...})`.',
      );
    }
    update();
  }

  private position(current: number, perEpoch: number): Position {
    const epochs = this.span.epochs ?? (this.params['epochs'] as number);
    return { current, total: Math.max(1, Math.round(epochs * perEpoch)), perEpoch };
  }

  private stepsPerEpoch(): number {
    const { steps, samples, batchSize } = this.params as Record<string, number | null>;
    const known = steps ?? Math.ceil((samples ?? NaN) / (batchSize ?? NaN));
    if (Number.isFinite(known)) return known;
    const argument = 'batchesPerEpoch of fitDataset';
    const expected = "given, as the size of the dataset is not known (or use {by: 'epoch'})";
    throw argumentError(this.label, argument, expected, known);
  }
}

/** @throws if `args` is no object, or its `type` none of `types`. */
export function checkType(label: string, args: { type: string }, types: readonly string[]): void {
  if (typeof args !== 'object' || args === null) {
    throw argumentError(label, 'args', 'an object, {type, ...}', args);
  }
  if (!types.includes(args.type)) {
    throw argumentError(label, 'type', `one of ${JSON.stringify(types)}`, args.type);
  }
}
