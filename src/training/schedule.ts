import type { Logs } from '@tensorflow/tfjs-layers';
import { argumentError } from '../errors';
import { oneOf, positiveNumber } from '../options/check';
import type { OptionTable, Resolved } from '../options/option_table';
import { stepsPerEpoch } from './steps_per_epoch';
import { TrainingCallback } from './training_callback';

export interface ScheduleOptions {
  /** Whether the value moves with every step (batch) or with every epoch. Default: `'step'`. */
  by?: 'step' | 'epoch';
  /**
   * Epochs, counted from epoch 0, that the schedule spans; it keeps its last value after them.
   * Default: the `epochs` of the call of `fit` or `fitDataset`.
   */
  epochs?: number;
}

export const SCHEDULE_OPTIONS = {
  by: { ...oneOf(['step', 'epoch']), default: 'step' },
  epochs: positiveNumber,
} as const satisfies OptionTable<ScheduleOptions>;

/** The position in training, in the unit of a schedule: steps or epochs, counted from 0. */
export interface Position {
  readonly current: number;
  /** Number of units that the schedule spans. */
  readonly total: number;
  /** Units per epoch: 1 where the unit is the epoch. */
  readonly perEpoch: number;
}

/**
 * A callback that sets a value before each step or epoch. The value depends only on the position in
 * training. The callback has no state of its own: training that is resumed with `initialEpoch` goes on
 * where it stopped.
 */
export abstract class Schedule extends TrainingCallback {
  private epoch = 0;
  private value?: number;

  /** @param logName the name of the value in the logs of an epoch. */
  constructor(
    label: string,
    private readonly logName: string,
    private readonly span: Resolved<ScheduleOptions, typeof SCHEDULE_OPTIONS>,
  ) {
    super(label);
  }

  /** Sets the value that belongs to a position, and returns it. */
  protected abstract update(position: Position): number;

  override async onEpochBegin(epoch: number): Promise<void> {
    this.epoch = epoch;
    this.trainedModel();
    if (this.span.by === 'epoch') this.value = this.update(this.position(epoch, 1));
  }

  override async onBatchBegin(batch: number): Promise<void> {
    if (this.span.by === 'epoch') return;
    const perEpoch = this.stepsPerEpoch();
    this.value = this.update(this.position(this.epoch * perEpoch + batch, perEpoch));
  }

  override async onEpochEnd(_epoch: number, logs: Logs = {}): Promise<void> {
    if (this.value != null) logs[this.logName] = this.value;
  }

  private position(current: number, perEpoch: number): Position {
    const epochs = this.span.epochs ?? (this.params['epochs'] as number);
    return { current, total: Math.max(1, Math.round(epochs * perEpoch)), perEpoch };
  }

  private stepsPerEpoch(): number {
    const known = stepsPerEpoch(this.params);
    if (Number.isFinite(known)) return known;
    const argument = 'batchesPerEpoch of fitDataset';
    const expected = "given, as the size of the dataset is not known (or use {by: 'epoch'})";
    throw argumentError(this.label, argument, expected, known);
  }
}
