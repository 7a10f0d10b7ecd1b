import type { InputQuantizerName } from '../../quantizers/input/registry';
import type { ModuleName } from './modules';

/** The engines in WebAssembly. */
export type WasmEngineName = 'relaxedDot16' | 'relaxedDot32' | 'simd128';

/** The module of each, and the function in it that computes a packed product. */
export const WASM_ENGINES = {
  relaxedDot16: { module: 'relaxed', ternaryMatMul: 'ternaryMatMulDot16' },
  relaxedDot32: { module: 'relaxed', ternaryMatMul: 'ternaryMatMulDot32' },
  simd128: { module: 'simd128', ternaryMatMul: 'ternaryMatMul' },
} as const satisfies Record<WasmEngineName, { module: ModuleName; ternaryMatMul: string }>;

export const WASM_ENGINE_NAMES = Object.keys(WASM_ENGINES) as WasmEngineName[];

const INPUT_QUANTIZERS: readonly InputQuantizerName[] = ['int8'];

/** Whether the WebAssembly engines compute products whose inputs are quantized by this rule. */
export function wasmServes(inputQuantizer: InputQuantizerName): boolean {
  return INPUT_QUANTIZERS.includes(inputQuantizer);
}
