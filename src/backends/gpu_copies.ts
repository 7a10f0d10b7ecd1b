import {
  engine,
  keep,
  tidy,
  type DataId,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { whenCollected } from '../engine/collected';
import { checkCodesOnce } from './array_product';
import { releaseDisposed } from './disposed_words';

/*
 * What lies on a GPU for packed words. The words themselves stay where they are, outside of it, so that they can be read
 * at once: reading from a GPU takes long, or is possible only with `await`.
 */

const copies = new WeakMap<DataId, Tensor>();
/** For packed words that nobody released: their copy is freed when they are collected. */
const collected = whenCollected<Tensor>((copy) => copy.dispose());

/** What is to be made of packed words. */
interface Copy {
  /** Name of the tfjs kernel, for errors. */
  readonly kernel: string;
  /** Whether a copy is such a one. */
  serves(copy: Tensor): boolean;
  make(words: Int32Array): Tensor;
}

/**
 * The copy of packed words, which is made at their first use; one of another kind goes.
 * @throws if the words hold the unused code 3.
 */
export function gpuCopy({ dataId }: TensorInfo, { kernel, serves, make }: Copy): Tensor {
  const known = copies.get(dataId);
  if (known != null && serves(known)) return known;
  releaseGpuCopy(dataId);
  releaseDisposed(dataId, releaseGpuCopy);
  const words = engine().readSync(dataId) as Int32Array;
  checkCodesOnce(dataId, () => words, kernel);
  const copy = keep(tidy(() => make(words)));
  copies.set(dataId, copy);
  collected.register(dataId, copy, dataId);
  return copy;
}

/** Frees the copy of these words, if there is one. */
export function releaseGpuCopy(packed: DataId): void {
  collected.unregister(packed);
  copies.get(packed)?.dispose();
  copies.delete(packed);
}
