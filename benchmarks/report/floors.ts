import type { Row } from './rows';

/**
 * What this package is to reach on two cores: the least ratio with the relaxed engines and with simd128.
 */
interface Floor {
  readonly shape: readonly [number, number, number];
  readonly backend: string;
  readonly peer: string;
  readonly relaxed: number;
  readonly simd128: number;
}

const FLOORS: readonly Floor[] = [
  { shape: [1, 4096, 4096], backend: 'wasm', peer: 'tfjs wasm', relaxed: 9, simd128: 5 },
  { shape: [1, 1024, 1024], backend: 'wasm', peer: 'tfjs wasm', relaxed: 4, simd128: 2.5 },
  { shape: [128, 1024, 1024], backend: 'wasm', peer: 'tfjs wasm', relaxed: 3.5, simd128: 1.5 },
  { shape: [64, 4096, 4096], backend: 'wasm', peer: 'tfjs wasm', relaxed: 4.5, simd128: 2 },
  { shape: [1, 4096, 4096], backend: 'tensorflow', peer: 'tfjs-node', relaxed: 25, simd128: 12 },
  { shape: [64, 4096, 4096], backend: 'tensorflow', peer: 'tfjs-node', relaxed: 1.4, simd128: 0.7 },
  {
    shape: [1, 4096, 4096],
    backend: 'wasm',
    peer: 'onnxruntime-node int2',
    relaxed: 1.8,
    simd128: 1,
  },
  {
    shape: [1, 4096, 4096],
    backend: 'wasm',
    peer: 'onnxruntime-node int4',
    relaxed: 1.8,
    simd128: 1,
  },
  {
    shape: [64, 4096, 4096],
    backend: 'wasm',
    peer: 'onnxruntime-node int2',
    relaxed: 1.7,
    simd128: 0.8,
  },
];

export interface Goal {
  readonly row: Row;
  readonly floor: number;
  readonly reached: boolean;
}

/** The rows for which a floor is set. */
export function goalsOf(rows: readonly Row[]): Goal[] {
  return FLOORS.flatMap(({ shape, backend, peer, relaxed, simd128 }) =>
    rows
      .filter((row) => row.task === 'product' && row.peer === peer && row.backend === backend)
      .filter(({ m, k, n }) => shape.join() === [m, k, n].join())
      .map((row) => {
        const isRelaxed = row.engine.startsWith('relaxed');
        const floor = isRelaxed ? relaxed : simd128;
        return { row, floor, reached: (row.ratio ?? 0) >= floor };
      }),
  );
}
