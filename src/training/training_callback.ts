import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';

const HOOKS = [
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onBatchBegin',
  'onBatchEnd',
] as const;

/** A callback that needs the model, and throws a clear error if tfjs does not give it. */
export abstract class TrainingCallback extends Callback {
  constructor(protected readonly label: string) {
    super();
    // tfjs removes the methods from a callback that comes after a plain object of functions.
    for (const hook of HOOKS) this[hook] = this[hook].bind(this) as never;
  }

  /** @throws as a rejected promise, which tfjs awaits, so that `fit` is rejected. */
  protected trainedModel(): LayersModel {
    if (this.model != null) return this.model;
    throw new Error(
      `${this.label}: tfjs gives no callback its model if the list of callbacks begins with a plain ` +
        'object. Put this callback first, and the object into `new tf.CustomCallback({...})`.',
    );
  }
}
