import './register';

export { engineInfo, ready, type EngineInfo } from './engine/info';
export type { Activation } from './engine/engine';
export type { EngineName, EngineState } from './engine/select';
export { BitLinear, bitLinear, type PackedKernel } from './layers/bit_linear';
export type { BitLinearArgs, FromDenseOptions } from './layers/bit_linear_config';
export {
  CausalSelfAttention,
  causalSelfAttention,
  type CausalSelfAttentionOptions,
} from './layers/causal_self_attention';
export { convert } from './convert/convert';
export type { ConvertOptions, LayerConversionOptions } from './convert/options';
export {
  planConversion,
  type ConversionPlan,
  type PlannedLayer,
  type PlanTotals,
} from './convert/plan';
export {
  RMSNormalization,
  rmsNormalization,
  type RMSNormalizationArgs,
} from './layers/rms_normalization';
export { deploy } from './deploy/deploy';
export { packTernary, unpackTernary } from './ops/pack_ternary';
export { ternaryMatMul, type TernaryMatMulArgs } from './ops/ternary_mat_mul';
export type { InputQuantizer } from './ops/trainable_mat_mul';
export type {
  KernelGradient,
  KernelQuantizer,
  QuantizeContext,
  QuantizedKernel,
} from './quantizers/kernel/kernel_quantizer';
export {
  quantizers,
  registerQuantizer,
  type KernelQuantizerConfig,
  type KernelQuantizerFactory,
} from './quantizers/kernel/registry';
export { disposeModel } from './topology/dispose_model';
export type { LayerSummary, Totals } from './inspect/layer_summary';
export {
  sensitivity,
  type LayerSensitivity,
  type Sensitivity,
  type SensitivityOptions,
} from './convert/sensitivity/sensitivity';
export { summary, type ModelSummary } from './inspect/summary';
export {
  verify,
  type Comparison,
  type LayerVerification,
  type Verification,
} from './deploy/verify';
