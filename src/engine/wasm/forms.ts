import type { Activation } from '../engine';
import type { Binary } from './module';

/** The WebAssembly engines: binary and function. */
export const FORMS = {
  relaxedDot16: { binary: 'relaxed', function: 'ternaryMatMulDot16' },
  relaxedDot32: { binary: 'relaxed', function: 'ternaryMatMulDot32' },
  simd128: { binary: 'simd128', function: 'ternaryMatMul' },
} as const satisfies Record<string, { binary: Binary; function: string }>;

export type Form = keyof typeof FORMS;

export const FORM_NAMES = Object.keys(FORMS) as Form[];

/** Where a product's operands lie in a memory, in bytes; `bias` 0 stands for none. */
export interface ProductPointers {
  x: number;
  packed: number;
  scale: number;
  scaleCount: number;
  bias: number;
  y: number;
  rows: number;
  inFeatures: number;
  outFeatures: number;
  eps: number;
  /** Outputs below it become it. */
  floor: number;
  scratch: number;
}

export function floorOf(activation: Activation | undefined): number {
  return activation === 'relu' ? 0 : -Infinity;
}

/** The arguments of a form's function, in their order. Rows of y lie `4 * outFeatures` bytes apart. */
export function kernelArguments(p: ProductPointers): number[] {
  return [
    p.x,
    p.packed,
    p.scale,
    p.scaleCount,
    p.bias,
    p.y,
    4 * p.outFeatures,
    p.rows,
    p.inFeatures,
    p.outFeatures,
    p.eps,
    p.floor,
    p.scratch,
  ];
}
