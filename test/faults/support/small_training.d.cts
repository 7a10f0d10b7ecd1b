import type * as tfjs from '@tensorflow/tfjs';
import type { bitLinear } from '../../../src';
import type { checkpoints } from '../../../src/training';

interface SmallTraining {
  readonly model: tfjs.LayersModel;
  readonly saves: ReturnType<typeof checkpoints>;
  /** What saves checkpoints after each epoch. */
  readonly callbacks: tfjs.Callback[];
  fit(initialEpoch: number, epochs: number, callbacks: tfjs.Callback[]): Promise<tfjs.History>;
}

export function smallTraining(
  uses: { tf: typeof tfjs; bitLinear: typeof bitLinear; checkpoints: typeof checkpoints },
  storageOf: (name: string) => tfjs.io.IOHandler,
): SmallTraining;
