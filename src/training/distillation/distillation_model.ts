import { mul, scalar } from '@tensorflow/tfjs-core';
import { LayersModel, type layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { ofAnyLabels } from '../../tfjs/label_shapes';
import { wrapLosses } from '../../tfjs/loss_functions';
import type { DistillationLoss } from './distillation_loss';

type CompileArgs = Parameters<LayersModel['compile']>[0];

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

  /** @throws if `loss` is left out where alpha is between 0 and 1. */
  override compile(args: Omit<CompileArgs, 'loss'> & Partial<Pick<CompileArgs, 'loss'>>): void {
    if (args.loss == null && this.alpha > 0 && this.alpha < 1) {
      const expected = 'given where alpha is between 0 and 1';
      throw argumentError('distill', 'loss of compile', expected, args.loss);
    }
    super.compile({ ...args, loss: args.loss ?? ofAnyLabels(() => scalar(0)) });
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
