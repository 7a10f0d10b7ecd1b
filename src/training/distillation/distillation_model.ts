import { mul } from '@tensorflow/tfjs-core';
import { LayersModel, type layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { wrapLosses } from '../../tfjs/loss_functions';
import type { DistillationLoss } from './distillation_loss';

/** The student with the loss of distillation: see `distill`. */
export class DistillationModel extends LayersModel {
  constructor(
    inputs: SymbolicTensor[],
    output: SymbolicTensor,
    private readonly term: DistillationLoss,
    private readonly alpha: number,
    private readonly projections: layers.Layer[],
  ) {
    super({ inputs, outputs: output, name: 'distillation' });
  }

  override compile(args: Parameters<LayersModel['compile']>[0]): void {
    super.compile(args);
    wrapLosses(this, (loss) => (labels, outputs) => {
      const hard = loss(labels, outputs);
      return this.term.isTraining ? mul(hard, this.alpha) : hard;
    });
  }

  /** Saving and deploying begin with this call. */
  override getConfig(): never {
    throw new Error(
      'A model made by distill() can be neither saved nor deployed, as its teacher is not a part of it. ' +
        'It trains the student in place: save or deploy the student.',
    );
  }

  /** Frees what does not belong to the student: the projections, and the optimizer if `compile` made it. */
  override dispose(): ReturnType<LayersModel['dispose']> {
    let numDisposedVariables = 0;
    for (const layer of this.projections) {
      numDisposedVariables += layer.dispose().numDisposedVariables;
    }
    if (this.isOptimizerOwned) this.optimizer.dispose();
    return { refCountAfterDispose: 0, numDisposedVariables };
  }
}
