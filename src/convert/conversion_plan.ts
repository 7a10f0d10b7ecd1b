/** Sizes in bytes; multiply-accumulates (MACs) for one example. */
export interface PlannedLayer {
  /** The layer's name, after those of the models and wrappers around it. */
  readonly path: string;
  readonly name: string;
  readonly className: string;
  /** Shape of the kernel as a matrix, [in, units]. */
  readonly shape: [number, number];
  /** Whether it becomes a BitLinear or a BitConv2D. */
  readonly converted: boolean;
  /** Why it is kept; null if it is converted. */
  readonly reason: string | null;
  /** The kernel quantizer's name; null if it is kept. */
  readonly quantizer: string | null;
  /** Number of weights. */
  readonly parameters: number;
  /** Bytes of all weights now. */
  readonly bytes: number;
  /** Bytes of all weights once converted and deployed. */
  readonly deployedBytes: number;
  /** Share of the model's bytes now, from 0 to 1. */
  readonly byteShare: number;
  readonly macs: number;
  /** Share of the model's MACs, from 0 to 1. */
  readonly macShare: number;
}

/** What becomes of a layer normalization or a batch normalization. Its bytes and weights stay the same. */
export interface PlannedNormalization {
  /** The layer's name, after those of the models and wrappers around it. */
  readonly path: string;
  readonly name: string;
  readonly className: string;
  /** The class that takes its place if it is converted: LayerNorm or BatchNorm. */
  readonly replacement: string;
  readonly converted: boolean;
  /** Why it is kept; null if it is converted. */
  readonly reason: string | null;
}

/** Totals of the whole model, including other layers; `converted` and `kept` count the layers of the plan. */
export interface PlanTotals {
  readonly converted: number;
  readonly kept: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly deployedBytes: number;
  readonly macs: number;
  /** Shares of the bytes and of the MACs that become ternary. */
  readonly byteShare: number;
  readonly macShare: number;
}

export interface ConversionPlan {
  /**
   * The Dense layers and the convolutions of images, including ternary ones and those inside other layers; with the
   * option `layers`, those of its kinds.
   */
  readonly layers: PlannedLayer[];
  /** The layer normalizations, then the batch normalizations, also those inside other layers. */
  readonly normalizations: PlannedNormalization[];
  readonly totals: PlanTotals;
  /** The plan as a table; the last line says what `convert` and `deploy` make of the model. */
  toString(): string;
}
