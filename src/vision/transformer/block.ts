import { initializers, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { bitLinear } from '../../layers/bit_linear/bit_linear';
import { geluLayer } from '../../layers/gelu';
import { layerNormalization } from '../../layers/layer_norm';
import { sparsityGate } from '../../layers/sparsity_gate/sparsity_gate';
import { FusedSelfAttention } from './fused_self_attention';
import type { TransformerSettings } from './options';
import { STYLES } from './styles';

/** That of the originals; the default of TensorFlow.js is 1e-3. */
const EPSILON = 1e-5;

/** Block number `index`: the sum of the tokens and what attention and MLP make of them. */
export function block(
  tokens: SymbolicTensor,
  index: number,
  settings: TransformerSettings,
): SymbolicTensor {
  const name = `block${index}`;
  const attended = attention(tokens, `${name}_attention`, index, settings);
  const sum = add(tokens, attended, `${name}_attention_sum`);
  return add(sum, mlp(sum, `${name}_mlp`, index, settings), name);
}

function attention(
  tokens: SymbolicTensor,
  name: string,
  index: number,
  settings: TransformerSettings,
): SymbolicTensor {
  const { width, numHeads, headDim, dropout } = settings;
  const { normalizesAttention, lastAttentionIsTernary } = STYLES[settings.style];
  const isTernary = lastAttentionIsTernary || index < settings.depth - 1;
  const linear = linearOf(settings, isTernary);
  const units = 3 * numHeads * headDim;
  const before = normalized(tokens, `${name}_normalization`);
  const fused = linear(before, { units, useBias: false, name: `${name}_qkv` });
  const heads = applied(new FusedSelfAttention({ numHeads, name }), fused);
  const inner = normalizesAttention ? normalized(heads, `${name}_inner_normalization`) : heads;
  const output = linear(inner, { units: width, useBias: true, name: `${name}_output` });
  return dropped(output, dropout, `${name}_dropout`);
}

/** Of the last block it is float and lacks the inner normalization, in both originals. */
function mlp(
  tokens: SymbolicTensor,
  name: string,
  index: number,
  settings: TransformerSettings,
): SymbolicTensor {
  const { width, mlpWidth, dropout, depth } = settings;
  const isLast = index === depth - 1;
  const linear = linearOf(settings, !isLast);
  const before = normalized(tokens, `${name}_normalization`);
  const hidden = linear(before, { units: mlpWidth, useBias: true, name: `${name}_hidden` });
  const active = applied(geluLayer({ name: `${name}_gelu` }), hidden);
  const kept = dropped(active, dropout, `${name}_hidden_dropout`);
  const inner = isLast ? kept : normalized(kept, `${name}_inner_normalization`);
  const output = linear(inner, { units: width, useBias: true, name: `${name}_output` });
  return dropped(output, dropout, `${name}_dropout`);
}

interface LinearArgs {
  readonly units: number;
  readonly useBias: boolean;
  readonly name: string;
}

type Linear = (x: SymbolicTensor, args: LinearArgs) => SymbolicTensor;

/** The linear layers of a part of the net that is ternary, or float. */
function linearOf(settings: TransformerSettings, isTernary: boolean): Linear {
  const { ternary, kernelQuantizer, inputQuantizer, gate } = settings;
  if (!ternary || !isTernary) return dense;
  const quantization = { kernelQuantizer, inputQuantizer };
  return (x, args) => {
    const layer = bitLinear({ ...args, ...quantization, kernelInitializer: uniform() });
    const gated = gate && applied(sparsityGate({ ...gate, name: `${args.name}_gate` }), x);
    return applied(layer, gated ?? x);
  };
}

export function dense(x: SymbolicTensor, args: LinearArgs): SymbolicTensor {
  return applied(layers.dense({ ...args, kernelInitializer: uniform() }), x);
}

/** Within 1 / sqrt(inputs) of 0, as linear layers of PyTorch begin. */
function uniform() {
  return initializers.varianceScaling({ scale: 1 / 3, mode: 'fanIn', distribution: 'uniform' });
}

export function normalized(x: SymbolicTensor, name: string): SymbolicTensor {
  return applied(layerNormalization({ epsilon: EPSILON, name }), x);
}

export function dropped(x: SymbolicTensor, rate: number, name: string): SymbolicTensor {
  return rate === 0 ? x : applied(layers.dropout({ rate, name }), x);
}

function add(a: SymbolicTensor, b: SymbolicTensor, name: string): SymbolicTensor {
  return layers.add({ name }).apply([a, b]) as SymbolicTensor;
}

export function applied(layer: layers.Layer, x: SymbolicTensor): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}
