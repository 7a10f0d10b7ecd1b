import { Callback, type LayersModel } from '@tensorflow/tfjs-layers';

const HOOKS = ['onTrainBegin', 'onEpochBegin', 'onEpochEnd', 'onBatchBegin'] as const;

/** A callback that needs the model, and says so where tfjs does not give it. */
export abstract class TrainingCallback extends Callback {
  constructor(protected readonly label: string) {
    super();
    // tfjs takes the methods out of a callback that stands behind a plain object of functions.
    for (const hook of HOOKS) this[hook] = this[hook].bind(this) as never;
  }

  /** @throws in a promise, which tfjs awaits, so that `fit` is rejected. */
  protected trainedModel(): LayersModel {
    if (this.model != null) return this.model;
    throw new Error(
      `${this.label}: tfjs tells no callback its model where the list of callbacks begins with a ` +
        'plain object. Put this one first, and the object into `new tf.CustomCallback({...})`.',
    );
  }
}
