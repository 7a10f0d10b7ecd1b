import * as tf from '@tensorflow/tfjs';
import {
  BitConv2D,
  bitConv2d,
  BitLinear,
  bitLinear,
  convert,
  deploy,
  GELU,
  geluLayer,
  BatchNorm,
  batchNormalization,
  LayerNorm,
  layerNormalization,
  MultiHeadAttention,
  multiHeadAttention,
  planConversion,
  RMSNormalization,
  rmsNormalization,
  scaledDotProductAttention,
  sensitivity,
  SparsityGate,
  sparsityGate,
  ternaryMatMul,
} from '../../src';
import { CONVERT_OPTIONS, LAYER_CONVERSION_OPTIONS } from '../../src/convert/options';
import { SENSITIVITY_OPTIONS } from '../../src/convert/sensitivity/sensitivity';
import { BIT_CONV2D_CONFIG, BIT_CONV2D_OPTIONS } from '../../src/layers/bit_conv2d/options';
import { FROM_DENSE_OPTIONS } from '../../src/layers/bit_linear/from_dense';
import { FROM_PACKED_OPTIONS } from '../../src/layers/bit_linear/from_packed';
import { BIT_LINEAR_CONFIG, BIT_LINEAR_OPTIONS } from '../../src/layers/bit_linear/options';
import { GELU_OPTIONS } from '../../src/layers/gelu';
import { DEPLOY_OPTIONS } from '../../src/deploy/deploy';
import { BATCH_NORM_OPTIONS } from '../../src/layers/batch_norm';
import { LAYER_NORM_OPTIONS } from '../../src/layers/layer_norm';
import {
  MULTI_HEAD_ATTENTION_CONFIG,
  MULTI_HEAD_ATTENTION_OPTIONS,
} from '../../src/layers/multi_head_attention/options';
import { RMS_NORMALIZATION_OPTIONS } from '../../src/layers/rms_normalization';
import { SPARSITY_GATE_OPTIONS } from '../../src/layers/sparsity_gate/options';
import { CONV2D_OPTIONS, DENSE_OPTIONS, LAYER_OPTIONS } from '../../src/layers/tfjs_options';
import { SCALED_DOT_PRODUCT_ATTENTION_OPTIONS } from '../../src/ops/scaled_dot_product_attention';
import { TERNARY_MAT_MUL_OPTIONS } from '../../src/ops/ternary_mat_mul';
import type { Option } from '../../src/options/option_table';
import { BITNET_OPTIONS } from '../../src/quantizers/kernel/bitnet';
import { LSQ_OPTIONS } from '../../src/quantizers/kernel/lsq';
import { TWN_OPTIONS } from '../../src/quantizers/kernel/twn';
import { PLACE_BATCHES_OPTIONS } from '../../src/training/batches/place_batches';
import { SEEDED_BATCHES_OPTIONS } from '../../src/training/batches/seeded_batches';
import { memoryEngine, pgliteEngine, placeIndex, postgresEngine } from '../../src/retrieval';
import { SEARCH_OPTIONS } from '../../src/retrieval/checked_index';
import { MEMORY_ENGINE_OPTIONS } from '../../src/retrieval/memory/memory_engine';
import { PLACE_INDEX_OPTIONS } from '../../src/retrieval/open_index';
import { PGLITE_ENGINE_OPTIONS } from '../../src/retrieval/pglite/pglite_engine';
import { POSTGRES_ENGINE_OPTIONS } from '../../src/retrieval/sql/postgres_engine';
import { createServer } from '../../src/serving';
import { SERVER_OPTIONS } from '../../src/serving/options';
import { SAVE_CHECKPOINT_OPTIONS } from '../../src/training/checkpoint/checkpoint';
import { CHECKPOINTS_OPTIONS } from '../../src/training/checkpoint/checkpoints';
import { ATTENTION_MATCH_OPTIONS } from '../../src/training/distillation/attention_match';
import { DISTILL_OPTIONS } from '../../src/training/distillation/distill';
import { FEATURE_MATCH_OPTIONS } from '../../src/training/distillation/features';
import { LEARNING_RATE_SCHEDULE_OPTIONS } from '../../src/training/learning_rate_schedule';
import { DESCRIPTOR_SCHEDULE_OPTIONS } from '../../src/training/metric/descriptor_schedule';
import { METRIC_LOSS_OPTIONS } from '../../src/training/metric/metric_loss';
import { TRAINING_METRICS_OPTIONS } from '../../src/training/metrics/training_metrics';
import { QUANTIZATION_SCHEDULE_OPTIONS } from '../../src/training/quantization_schedule';
import {
  checkpoints,
  descriptorSchedule,
  distill,
  learningRateSchedule,
  metricLoss,
  placeBatches,
  quantizationSchedule,
  saveCheckpoint,
  seededBatches,
  sparsitySchedule,
  trainingMetrics,
} from '../../src/training';
import * as vision from '../../src/vision';
import { BOQ_OPTIONS } from '../../src/vision/heads/boq';
import { GEM_POOLING_OPTIONS } from '../../src/vision/heads/gem_pooling';
import { MEAN_TOKENS_OPTIONS } from '../../src/vision/heads/mean_tokens';
import { MIX_VPR_OPTIONS } from '../../src/vision/heads/mix_vpr';
import { SALAD_OPTIONS } from '../../src/vision/heads/salad';
import {
  FusedSelfAttention,
  ImagePatches,
  PositionedTokens,
  visionTransformer,
} from '../../src/vision';
import { FUSED_SELF_ATTENTION_OPTIONS } from '../../src/vision/transformer/fused_self_attention';
import { IMAGE_PATCHES_OPTIONS } from '../../src/vision/transformer/image_patches';
import {
  TRANSFORMER_GATE_OPTIONS,
  VISION_TRANSFORMER_OPTIONS,
} from '../../src/vision/transformer/options';
import { presetOptions, PUBLISHED_TRANSFORMER_OPTIONS } from '../../src/vision/transformer/presets';
import { SPARSITY_SCHEDULE_OPTIONS } from '../../src/training/sparsity_schedule';

/** Options that a public function takes. */
export interface OptionCase {
  /** The function, as it is exported. */
  readonly name: string;
  /** The interface that declares and documents them. */
  readonly type: string;
  readonly table: Readonly<Record<string, Option<unknown>>>;
  /** What errors call the function. Default: its name. */
  readonly where?: string;
  /** What errors call the options. Default: 'options'. */
  readonly argument?: string;
  /** Options that are right, the required ones among them. Default: none. */
  readonly valid?: Readonly<Record<string, unknown>>;
  /** Those that tfjs declares: it takes null for them, and names that it knows itself. Default: none. */
  readonly ofTfjs?: readonly string[];
  /** Whether they stand among others, so that there is no object of their own. */
  readonly areSpread?: boolean;
  /** Calls the function with these options. */
  call(options: never): unknown;
}

const dense = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 3, inputShape: [4], name: 'a' }),
      tf.layers.dense({ units: 2, name: 'head' }),
    ],
  });
const ternary = () =>
  tf.sequential({
    layers: [
      bitLinear({ units: 3, inputShape: [4], name: 'b' }),
      tf.layers.dense({ units: 2, name: 'end' }),
    ],
  });

/** Gives the queries, keys and values of an attention. */
const qkv = () =>
  tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2, 4], name: 'qkv' })] });
const withAttention = [qkv(), qkv()] as const;

const layerOptions = Object.keys(LAYER_OPTIONS);
const denseOptions = Object.keys(DENSE_OPTIONS);
const conv2dOptions = Object.keys(CONV2D_OPTIONS);
const built = tf.layers.dense({ units: 3, inputShape: [4] });
built.build([null, 4]);
const packedOptions = { packed: new Int32Array(8).fill(0x55555555), inFeatures: 3, units: 2 };
const operands = {
  x: tf.ones([1, 3]),
  packed: tf.fill([2, 4], 0x55555555, 'int32'),
  scale: tf.ones([1]),
};

const heads = tf.ones([1, 2, 3, 4]);

/** A built-in rule, whose options stand beside its name. */
function kernelQuantizer(name: string, type: string, table: OptionCase['table']): OptionCase {
  const call = (options: object) =>
    bitLinear({ units: 3, kernelQuantizer: { name, ...options } as never });
  return { name: 'bitLinear', type, table, where: `BitLinear: ${name}`, areSpread: true, call };
}

/** A function that makes a layer without required options, and its class, which errors name. */
function layerCases(
  name: keyof typeof vision,
  className: keyof typeof vision,
  type: string,
  table: OptionCase['table'],
): OptionCase[] {
  const make = vision[name] as (options: object) => unknown;
  const Class = vision[className] as unknown as new (options: object) => unknown;
  const shared = { type, table, where: className, ofTfjs: layerOptions };
  return [
    { ...shared, name, call: make },
    { ...shared, name: className, call: (options) => new Class(options) },
  ];
}

export const float = dense();
export const student = ternary();
for (const model of [float, student]) model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
const [x, y] = [tf.ones([8, 4]), tf.ones([8, 2])];

/** Counts what has been saved. */
export const storage = {
  saved: 0,
  async save() {
    storage.saved++;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
  },
};

/** Each options object of each public function. */
export const OPTION_CASES: readonly OptionCase[] = [
  {
    name: 'convert',
    type: 'ConvertOptions',
    table: CONVERT_OPTIONS,
    call: (options) => convert(float, options),
  },
  {
    name: 'createServer',
    type: 'ServerOptions',
    table: SERVER_OPTIONS,
    valid: { models: { net: 'models/net' } },
    call: createServer,
  },
  {
    name: 'convert',
    type: 'LayerConversionOptions',
    table: LAYER_CONVERSION_OPTIONS,
    argument: 'layerOptions("a")',
    call: (options) => convert(float, { layerOptions: () => options }),
  },
  {
    name: 'deploy',
    type: 'DeployOptions',
    table: DEPLOY_OPTIONS,
    call: (options) => deploy(student, options),
  },
  {
    name: 'planConversion',
    type: 'ConvertOptions',
    table: CONVERT_OPTIONS,
    call: (options) => planConversion(float, options),
  },
  {
    name: 'sensitivity',
    type: 'SensitivityOptions',
    table: SENSITIVITY_OPTIONS,
    call: (options) => sensitivity(float, x, options),
  },
  {
    name: 'distill',
    type: 'DistillOptions',
    table: DISTILL_OPTIONS,
    call: (options) => distill(student, float, options),
  },
  {
    name: 'distill',
    type: 'FeatureMatch',
    table: FEATURE_MATCH_OPTIONS,
    argument: 'features[0]',
    valid: { student: 'b', teacher: 'a' },
    call: (match) => distill(student, float, { features: [match] }),
  },
  {
    name: 'distill',
    type: 'AttentionMatch',
    table: ATTENTION_MATCH_OPTIONS,
    argument: 'attention[0]',
    valid: { student: 'qkv', teacher: 'qkv', studentHeads: 1 },
    call: (match) => distill(...withAttention, { attention: [match] }),
  },
  {
    name: 'metricLoss',
    type: 'MetricLossOptions',
    table: METRIC_LOSS_OPTIONS,
    call: metricLoss,
  },
  {
    name: 'descriptorSchedule',
    type: 'DescriptorScheduleOptions',
    table: DESCRIPTOR_SCHEDULE_OPTIONS,
    valid: { type: 'cosine' },
    call: (options) => descriptorSchedule(metricLoss(), options),
  },
  {
    name: 'placeBatches',
    type: 'PlaceBatchesOptions',
    table: PLACE_BATCHES_OPTIONS,
    valid: { seed: 1 },
    call: (options) => placeBatches(x, [1, 1, 1, 1, 2, 2, 2, 2], options),
  },
  {
    name: 'learningRateSchedule',
    type: 'LearningRateScheduleOptions',
    table: LEARNING_RATE_SCHEDULE_OPTIONS,
    valid: { type: 'step', learningRate: 1, every: 1 },
    call: learningRateSchedule,
  },
  {
    name: 'quantizationSchedule',
    type: 'QuantizationScheduleOptions',
    table: QUANTIZATION_SCHEDULE_OPTIONS,
    valid: { type: 'constant' },
    call: quantizationSchedule,
  },
  {
    name: 'saveCheckpoint',
    type: 'SaveCheckpointOptions',
    table: SAVE_CHECKPOINT_OPTIONS,
    valid: { epoch: 1 },
    call: (options) => saveCheckpoint(float, storage, options),
  },
  {
    name: 'checkpoints',
    type: 'CheckpointsOptions',
    table: CHECKPOINTS_OPTIONS,
    valid: { monitor: 'loss', mode: 'min' },
    call: (options) => checkpoints(() => ({ ...storage, load: async () => ({}) }), options),
  },
  {
    name: 'seededBatches',
    type: 'SeededBatchesOptions',
    table: SEEDED_BATCHES_OPTIONS,
    valid: { seed: 1 },
    call: (options) => seededBatches(x, y, options),
  },
  {
    name: 'sparsitySchedule',
    type: 'SparsityScheduleOptions',
    table: SPARSITY_SCHEDULE_OPTIONS,
    valid: { type: 'linear', final: 0, seed: 1 },
    call: sparsitySchedule,
  },
  {
    name: 'trainingMetrics',
    type: 'TrainingMetricsOptions',
    table: TRAINING_METRICS_OPTIONS,
    call: trainingMetrics,
  },
  {
    name: 'bitLinear',
    type: 'BitLinearOptions',
    table: BIT_LINEAR_OPTIONS,
    where: 'BitLinear',
    valid: { units: 3 },
    ofTfjs: denseOptions,
    call: bitLinear,
  },
  {
    name: 'BitLinear',
    type: 'BitLinearConfig',
    table: BIT_LINEAR_CONFIG,
    valid: { units: 3 },
    ofTfjs: denseOptions,
    call: (config) => new BitLinear(config),
  },
  {
    name: 'bitConv2d',
    type: 'BitConv2DOptions',
    table: BIT_CONV2D_OPTIONS,
    where: 'BitConv2D',
    valid: { filters: 3, kernelSize: 2 },
    ofTfjs: conv2dOptions,
    call: bitConv2d,
  },
  {
    name: 'BitConv2D',
    type: 'BitConv2DConfig',
    table: BIT_CONV2D_CONFIG,
    valid: { filters: 3, kernelSize: 2 },
    ofTfjs: conv2dOptions,
    call: (config) => new BitConv2D(config),
  },
  {
    name: 'BitLinear',
    type: 'FromDenseOptions',
    table: FROM_DENSE_OPTIONS,
    where: 'BitLinear.fromDense',
    ofTfjs: denseOptions,
    call: (options) => BitLinear.fromDense(built, options),
  },
  {
    name: 'BitLinear',
    type: 'FromPackedOptions',
    table: FROM_PACKED_OPTIONS,
    where: 'BitLinear.fromPacked',
    valid: { ...packedOptions, scale: [1] },
    ofTfjs: [...layerOptions, 'activation'],
    call: (options) => BitLinear.fromPacked(options),
  },
  kernelQuantizer('bitnet', 'BitnetOptions', BITNET_OPTIONS),
  kernelQuantizer('twn', 'TwnOptions', TWN_OPTIONS),
  kernelQuantizer('lsq', 'LsqOptions', LSQ_OPTIONS),
  {
    name: 'geluLayer',
    type: 'GELUOptions',
    table: GELU_OPTIONS,
    where: 'GELU',
    ofTfjs: layerOptions,
    call: geluLayer,
  },
  {
    name: 'GELU',
    type: 'GELUOptions',
    table: GELU_OPTIONS,
    ofTfjs: layerOptions,
    call: (options) => new GELU(options),
  },
  {
    name: 'batchNormalization',
    type: 'BatchNormOptions',
    table: BATCH_NORM_OPTIONS,
    where: 'BatchNorm',
    ofTfjs: Object.keys(BATCH_NORM_OPTIONS),
    call: batchNormalization,
  },
  {
    name: 'BatchNorm',
    type: 'BatchNormOptions',
    table: BATCH_NORM_OPTIONS,
    ofTfjs: Object.keys(BATCH_NORM_OPTIONS),
    call: (options) => new BatchNorm(options),
  },
  {
    name: 'layerNormalization',
    type: 'LayerNormOptions',
    table: LAYER_NORM_OPTIONS,
    where: 'LayerNorm',
    ofTfjs: Object.keys(LAYER_NORM_OPTIONS),
    call: layerNormalization,
  },
  {
    name: 'LayerNorm',
    type: 'LayerNormOptions',
    table: LAYER_NORM_OPTIONS,
    ofTfjs: Object.keys(LAYER_NORM_OPTIONS),
    call: (options) => new LayerNorm(options),
  },
  {
    name: 'rmsNormalization',
    type: 'RMSNormalizationOptions',
    table: RMS_NORMALIZATION_OPTIONS,
    where: 'RMSNormalization',
    ofTfjs: layerOptions,
    call: rmsNormalization,
  },
  {
    name: 'RMSNormalization',
    type: 'RMSNormalizationOptions',
    table: RMS_NORMALIZATION_OPTIONS,
    ofTfjs: layerOptions,
    call: (options) => new RMSNormalization(options),
  },
  {
    name: 'sparsityGate',
    type: 'SparsityGateOptions',
    table: SPARSITY_GATE_OPTIONS,
    where: 'SparsityGate',
    ofTfjs: layerOptions,
    call: sparsityGate,
  },
  {
    name: 'SparsityGate',
    type: 'SparsityGateOptions',
    table: SPARSITY_GATE_OPTIONS,
    ofTfjs: layerOptions,
    call: (options) => new SparsityGate(options),
  },
  {
    name: 'multiHeadAttention',
    type: 'MultiHeadAttentionOptions',
    table: MULTI_HEAD_ATTENTION_OPTIONS,
    where: 'MultiHeadAttention',
    valid: { numHeads: 2, keyDim: 3 },
    ofTfjs: layerOptions,
    call: multiHeadAttention,
  },
  {
    name: 'MultiHeadAttention',
    type: 'MultiHeadAttentionConfig',
    table: MULTI_HEAD_ATTENTION_CONFIG,
    valid: { numHeads: 2, keyDim: 3 },
    ofTfjs: layerOptions,
    call: (options) => new MultiHeadAttention(options),
  },
  {
    name: 'scaledDotProductAttention',
    type: 'ScaledDotProductAttentionOptions',
    table: SCALED_DOT_PRODUCT_ATTENTION_OPTIONS,
    valid: { q: heads, k: heads, v: heads },
    call: scaledDotProductAttention,
  },
  {
    name: 'ternaryMatMul',
    type: 'TernaryMatMulOptions',
    table: TERNARY_MAT_MUL_OPTIONS,
    valid: operands,
    call: ternaryMatMul,
  },
  ...layerCases('boq', 'Boq', 'BoqOptions', BOQ_OPTIONS),
  ...layerCases('classToken', 'ClassToken', 'LayerOptions', LAYER_OPTIONS),
  ...layerCases('gemPooling', 'GemPooling', 'GemPoolingOptions', GEM_POOLING_OPTIONS),
  ...layerCases('meanTokens', 'MeanTokens', 'MeanTokensOptions', MEAN_TOKENS_OPTIONS),
  ...layerCases('mixVpr', 'MixVpr', 'MixVprOptions', MIX_VPR_OPTIONS),
  ...layerCases('salad', 'Salad', 'SaladOptions', SALAD_OPTIONS),
  ...layerCases('binaryDescriptor', 'BinaryDescriptor', 'LayerOptions', LAYER_OPTIONS),
  ...layerCases('unitLength', 'UnitLength', 'LayerOptions', LAYER_OPTIONS),
  {
    name: 'memoryEngine',
    type: 'MemoryEngineOptions',
    table: MEMORY_ENGINE_OPTIONS,
    call: memoryEngine,
  },
  {
    name: 'pgliteEngine',
    type: 'PgliteEngineOptions',
    table: PGLITE_ENGINE_OPTIONS,
    valid: { folder: 'places' },
    call: pgliteEngine,
  },
  {
    name: 'postgresEngine',
    type: 'PostgresEngineOptions',
    table: POSTGRES_ENGINE_OPTIONS,
    valid: { pool: { query: () => undefined, connect: () => undefined } },
    call: postgresEngine,
  },
  {
    name: 'placeIndex',
    type: 'PlaceIndexOptions',
    table: PLACE_INDEX_OPTIONS,
    valid: { bits: 8, engine: memoryEngine() },
    call: async (options) => (await placeIndex(options)).close(),
  },
  {
    name: 'placeIndex',
    type: 'SearchOptions',
    table: SEARCH_OPTIONS,
    where: 'PlaceIndex.search',
    valid: { k: 1 },
    async call(options) {
      const index = await placeIndex({ bits: 8, engine: memoryEngine() });
      await index.add([{ id: 'a', descriptor: Uint8Array.of(1) }]);
      await index.search(Uint8Array.of(3), options).finally(() => index.close());
    },
  },
  {
    name: 'visionTransformer',
    type: 'VisionTransformerOptions',
    table: VISION_TRANSFORMER_OPTIONS,
    valid: { imageSize: 4, patchSize: 2, width: 2, depth: 1, numHeads: 1 },
    call: visionTransformer,
  },
  {
    name: 'visionTransformer',
    type: 'TransformerGateOptions',
    table: TRANSFORMER_GATE_OPTIONS,
    argument: 'gate',
    call: (gate) =>
      visionTransformer({ imageSize: 2, patchSize: 2, width: 2, depth: 1, numHeads: 1, gate }),
  },
  {
    name: 'PositionedTokens',
    type: 'LayerOptions',
    table: LAYER_OPTIONS,
    ofTfjs: layerOptions,
    call: (options) => new PositionedTokens(options),
  },
  {
    name: 'FusedSelfAttention',
    type: 'FusedSelfAttentionOptions',
    table: FUSED_SELF_ATTENTION_OPTIONS,
    valid: { numHeads: 2 },
    ofTfjs: layerOptions,
    call: (options) => new FusedSelfAttention(options),
  },
  {
    name: 'ImagePatches',
    type: 'ImagePatchesOptions',
    table: IMAGE_PATCHES_OPTIONS,
    valid: { patchSize: 2 },
    ofTfjs: layerOptions,
    call: (options) => new ImagePatches(options),
  },
  // Each builds a large net of what this function gives.
  ...(['tetraBase', 'tetraSmall', 'tatBase'] as const).map((name): OptionCase => ({
    name,
    type: 'PublishedTransformerOptions',
    table: PUBLISHED_TRANSFORMER_OPTIONS,
    call: (options) => presetOptions(name, options),
  })),
];

/** Tables that those of `OPTION_CASES` are made of, by the types of their options. */
export const PARTS = [
  'Conv2DArgs',
  'ConversionOptions',
  'DenseArgs',
  'DeployedConfig',
  'LayerOptions',
  'QuantizationOptions',
  'ScheduleOptions',
];

/** Public functions without options of their own. */
export const WITHOUT_OPTIONS = [
  'disposeModel',
  'engineInfo',
  'folder',
  'gelu',
  'loadCheckpoint',
  'packBits',
  'packTernary',
  'placeFile',
  'ready',
  'recallAtK',
  'recommend',
  'registerQuantizer',
  'setBlend',
  'setSparsity',
  'summary',
  'unpackTernary',
  'verify',
];
