import type { LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expectTypeOf } from 'expect-type';
import {
  BitConv2D,
  batchNormalization,
  bitConv2d,
  BitLinear,
  bitLinear,
  convert,
  deploy,
  gelu,
  geluLayer,
  multiHeadAttention,
  planConversion,
  layerNormalization,
  quantizers,
  registerQuantizer,
  rmsNormalization,
  scaledDotProductAttention,
  sensitivity,
  setSparsity,
  sparsityGate,
  summary,
  ternaryMatMul,
  verify,
  type BatchNorm,
  type ConversionPlan,
  type GELU,
  type KernelQuantizer,
  type LayerNorm,
  type ModelSummary,
  type MultiHeadAttention,
  type RMSNormalization,
  type Sensitivity,
  type SparsityGate,
  type Verification,
} from 'tfjs-bitcore';

/*
 * What users' compilers see of `tfjs-bitcore`, by the types in dist/. Never run: tsc checks it.
 */

declare const model: LayersModel;
declare const sequential: Sequential;
declare const x: Tensor;

// Layers: required options, and no unknown ones.
expectTypeOf(bitLinear({ units: 8, kernelQuantizer: { name: 'twn' } })).toEqualTypeOf<BitLinear>();
expectTypeOf(batchNormalization({ momentum: 0.9 })).toEqualTypeOf<BatchNorm>();
expectTypeOf(layerNormalization({ epsilon: 1e-5 })).toEqualTypeOf<LayerNorm>();
expectTypeOf(rmsNormalization()).toEqualTypeOf<RMSNormalization>();
expectTypeOf(multiHeadAttention({ numHeads: 2, keyDim: 3 })).toEqualTypeOf<MultiHeadAttention>();
expectTypeOf(sparsityGate({ sparsity: 0.4, scope: 'block4' })).toEqualTypeOf<SparsityGate>();
expectTypeOf(setSparsity(model, 0.4)).toEqualTypeOf<void>();
// @ts-expect-error: one of three names
sparsityGate({ scope: 'row' });
expectTypeOf(scaledDotProductAttention({ q: x, k: x, v: x, causal: true })).toEqualTypeOf<Tensor>();
expectTypeOf(gelu(x, 'tanh')).toEqualTypeOf<Tensor>();
expectTypeOf(geluLayer({ form: 'tanh' })).toEqualTypeOf<GELU>();
expectTypeOf(
  bitConv2d({ filters: 8, kernelSize: [3, 1], padding: 'same' }),
).toEqualTypeOf<BitConv2D>();
bitConv2d({ filters: 8, kernelSize: 1, inputQuantizer: { name: 'int8', per: 'position' } });
// @ts-expect-error: kernelSize is required
bitConv2d({ filters: 8 });
// @ts-expect-error: of one dimension
bitConv2d({ filters: 8, kernelSize: 3, padding: 'causal' });
// @ts-expect-error: channels are last
bitConv2d({ filters: 8, kernelSize: 3, dataFormat: 'channelsFirst' });
expectTypeOf<BitLinear['deployed']>().toEqualTypeOf<boolean>();
// @ts-expect-error: units is required
bitLinear({});
// @ts-expect-error: a number
bitLinear({ units: '8' });
// @ts-expect-error: one of two names
bitLinear({ units: 8, inputQuantizer: 'int4' });
// @ts-expect-error: no such option
bitLinear({ units: 8, kernelQuantiser: 'twn' });
// @ts-expect-error: a misspelt option of a rule
bitLinear({ units: 8, kernelQuantizer: { name: 'twn', factr: 0.7 } });
// @ts-expect-error: paretoq takes no option
bitLinear({ units: 8, kernelQuantizer: { name: 'paretoq', perOutput: true } });
bitLinear({ units: 8, kernelQuantizer: { name: 'twn', factor: 0.7, perOutput: true } });
bitLinear({ units: 8, kernelQuantizer: bitLinear({ units: 8 }).kernelQuantizer });
declare const rule: (options: { levels?: number }) => KernelQuantizer;
bitLinear({ units: 8, kernelQuantizer: registerQuantizer('own', rule)({ levels: 3 }) });
// @ts-expect-error: no option of that rule
registerQuantizer('own', rule)({ level: 3 });
// @ts-expect-error: keyDim is required
multiHeadAttention({ numHeads: 2 });
// @ts-expect-error: an entry of saved configs
multiHeadAttention({ numHeads: 2, keyDim: 3, layers: [] });
// @ts-expect-error: one of two names
gelu(x, 'exact');
// @ts-expect-error: read only
bitLinear({ units: 8 }).deployed = true;

// A model keeps its class.
expectTypeOf(deploy(sequential)).toEqualTypeOf<Sequential>();
expectTypeOf(convert(sequential)).toEqualTypeOf<Sequential>();
expectTypeOf(deploy(model)).toEqualTypeOf<LayersModel>();
// @ts-expect-error: no model
deploy(x);

// Reports.
expectTypeOf(verify(model, model, x)).resolves.toEqualTypeOf<Verification>();
expectTypeOf(sensitivity(model, [x])).resolves.toEqualTypeOf<Sensitivity>();
expectTypeOf(planConversion(model)).toEqualTypeOf<ConversionPlan>();
expectTypeOf(summary(model)).toEqualTypeOf<ModelSummary>();
expectTypeOf<Verification['identical']>().toEqualTypeOf<boolean>();

// Quantizers of one's own.
expectTypeOf(registerQuantizer).parameter(1).returns.toEqualTypeOf<KernelQuantizer>();
expectTypeOf(quantizers.get('twn')).toExtend<((options: never) => KernelQuantizer) | undefined>();

// The op.
expectTypeOf(ternaryMatMul).returns.toEqualTypeOf<Tensor>();
