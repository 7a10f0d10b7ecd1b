import type { GeluForm } from './portable';

/** The functions of kernels/gelu.ts on one memory; all arrays are given by their addresses. */
export type GeluMicrokernels = Record<GeluForm, (x: number, y: number, count: number) => void> &
  Record<`${GeluForm}Gradient`, (x: number, dy: number, dx: number, count: number) => void>;
