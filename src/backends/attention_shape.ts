import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionSizes } from '../engine/attention/attention';
import type { AttentionAttrs } from '../ops/attention_weights';

/** The inputs of the tfjs kernel. */
export interface AttentionInputs {
  /** float32 [batch, queries, heads, keyWidth]. */
  readonly q: TensorInfo;
  /** float32 [batch, keys, heads, keyWidth]. */
  readonly k: TensorInfo;
  /** float32 [batch, keys, heads, valueWidth]. */
  readonly v: TensorInfo;
  /** float32 [batch, keys], 0 for hidden keys; empty where no key is hidden. */
  readonly mask: TensorInfo;
  /** float32 [heads]; empty where distances cost nothing. */
  readonly slopes: TensorInfo;
}

export function attentionSizes({ q, v }: AttentionInputs, attrs: AttentionAttrs): AttentionSizes {
  const [examples, queries, heads, keyWidth] = q.shape as [number, number, number, number];
  const [, keys, , valueWidth] = v.shape as [number, number, number, number];
  return { examples, heads, queries, keys, keyWidth, valueWidth, ...attrs };
}

export function attentionShape({ q, v }: AttentionInputs): number[] {
  return [...q.shape.slice(0, 3), v.shape[3]!];
}

export function isEmpty({ shape }: TensorInfo): boolean {
  return shape.includes(0);
}
