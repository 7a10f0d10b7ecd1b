import type { DataId, KernelFunc } from '@tensorflow/tfjs-core';
import type { BATCH_NORM } from '../ops/batch_norm';
import type { SCALED_DOT_PRODUCT_ATTENTION } from '../ops/attention';
import type { GeluKernelName } from '../ops/gelu';
import type { COLUMN_SUMS } from '../quantizers/kernel/column_sums';
import type { NormalizationKernelName } from '../ops/normalization';
import type { SPARSITY_GATE } from '../ops/sparsity_gate';
import type { TERNARY_CONV2D } from '../ops/ternary_conv2d';
import type { TERNARY_MAT_MUL } from '../ops/ternary_mat_mul';

/** A backend of tfjs that packed products run on: the one place that says what it is and can. */
export interface Backend {
  /** tfjs's name of it. */
  readonly name: string;
  /** What computes its packed products now: the engines of this package, its programs in WGSL, or ops of tfjs. */
  computedBy(): 'engines' | 'programs' | 'ops';
  /** The tfjs kernels, by the names under which they are registered. */
  readonly tfjsKernels: Readonly<
    Record<typeof TERNARY_MAT_MUL | typeof TERNARY_CONV2D, KernelFunc> &
      Partial<
        Record<
          | typeof COLUMN_SUMS
          | typeof SCALED_DOT_PRODUCT_ATTENTION
          | typeof SPARSITY_GATE
          | typeof BATCH_NORM
          | GeluKernelName
          | NormalizationKernelName,
          KernelFunc
        >
      >
  >;
  /** Frees what is held beside packed words, once they are disposed or replaced. */
  release(packed: DataId): void;
  /** Threads that share a large product of the engines, the calling one included. Those that do not run are started. */
  threads(): number;
  /** Resolves when it is known what computes its packed products, if that takes time. */
  ready?(): Promise<void>;
  /** Ends what the package has started on an instance of the backend, when that is removed. */
  dispose?(backend: object): void;
}
