import type { Microkernel } from '../wasm/modules';

/** The functions of kernels/attention.ts on one memory. */
export interface AttentionMicrokernels {
  /** Bytes of scratch memory, at a multiple of 16. */
  scratchBytesOfAttention(heads: number, keyWidth: number, valueWidth: number): number;
  /** Computes heads, those of all examples one after the other; `args` is the address of the arguments. */
  readonly attend: Microkernel;
}
