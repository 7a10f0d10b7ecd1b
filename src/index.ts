/**
 * Layers and quantizers, `convert`, `deploy`, `verify`, `summary`, and the packed operations.
 *
 * @module tfjs-bitcore
 */
import './register';

// Layers
export { bitConv2d } from './layers/bit_conv2d/bit_conv2d';
export { BitConv2D } from './layers/bit_conv2d/layer';
export type { BitConv2DOptions, ConvolutionInputQuantizer } from './layers/bit_conv2d/options';
export { bitLinear } from './layers/bit_linear/bit_linear';
export type { FromDenseOptions } from './layers/bit_linear/from_dense';
export type { FromPackedOptions } from './layers/bit_linear/from_packed';
export { BitLinear } from './layers/bit_linear/layer';
export type { BitLinearOptions } from './layers/bit_linear/options';
export { BatchNorm, batchNormalization, type BatchNormOptions } from './layers/batch_norm';
export { GELU, geluLayer, type GELUOptions } from './layers/gelu';
export { LayerNorm, layerNormalization, type LayerNormOptions } from './layers/layer_norm';
export { MultiHeadAttention } from './layers/multi_head_attention/layer';
export { multiHeadAttention } from './layers/multi_head_attention/multi_head_attention';
export type { MultiHeadAttentionOptions } from './layers/multi_head_attention/options';
export {
  RMSNormalization,
  rmsNormalization,
  type RMSNormalizationOptions,
} from './layers/rms_normalization';
export { SparsityGate } from './layers/sparsity_gate/layer';
export type { SparsityGateOptions } from './layers/sparsity_gate/options';
export { sparsityGate } from './layers/sparsity_gate/sparsity_gate';
export type { PackedWeights } from './layers/ternary/packed_weights';

// Quantizers
export type { InputQuantizerName } from './quantizers/input/registry';
export type { BitnetOptions } from './quantizers/kernel/bitnet';
export type {
  BuiltInQuantizerConfig,
  KernelQuantizerConfig,
  RegisteredQuantizerConfig,
} from './quantizers/kernel/config';
export type {
  KernelGradient,
  KernelQuantizer,
  QuantizeContext,
  QuantizedKernel,
} from './quantizers/kernel/kernel_quantizer';
export type { LsqOptions } from './quantizers/kernel/lsq';
export {
  quantizers,
  registerQuantizer,
  type KernelQuantizerFactory,
} from './quantizers/kernel/registry';
export type { TwnOptions } from './quantizers/kernel/twn';
export type { QuantizationOptions } from './quantizers/options';

// From a float model to a ternary one
export type {
  ConversionPlan,
  PlannedLayer,
  PlannedNormalization,
  PlanTotals,
} from './convert/conversion_plan';
export { convert } from './convert/convert';
export type { ConvertedKind } from './convert/kinds';
export type { ConversionOptions, ConvertOptions, LayerConversionOptions } from './convert/options';
export { planConversion } from './convert/plan';
export {
  sensitivity,
  type LayerSensitivity,
  type Sensitivity,
  type SensitivityOptions,
} from './convert/sensitivity/sensitivity';

// Deployment
export { deploy, type DeployOptions } from './deploy/deploy';
export {
  verify,
  type LayerVerification,
  type OutputComparison,
  type Verification,
} from './deploy/verify';
export type { LayerSummary, SummaryTotals } from './inspect/layer_summary';
export { summary, type ModelSummary } from './inspect/summary';
export { disposeModel } from './topology/dispose_model';
export { setSparsity } from './topology/set_sparsity';

// Ops
export { gelu } from './ops/gelu';
export {
  scaledDotProductAttention,
  type ScaledDotProductAttentionOptions,
} from './ops/scaled_dot_product_attention';
export type { GateScope } from './ops/sparsity_gate';

// Ops on packed words
export type { Activation } from './engine/ternary_product';
export { packTernary, unpackTernary } from './ops/pack_ternary';
export { ternaryMatMul, type TernaryMatMulOptions } from './ops/ternary_mat_mul';

// Engines
export { engineInfo, ready, type EngineInfo } from './backends/engine_info';
export type { EngineName, EngineState } from './engine/select';
export type { WasmEngineName } from './engine/wasm/engines';
