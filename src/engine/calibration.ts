import { everyCode } from '../packing/every_code';
import { ownMemoryEngine } from './own_memory_engine';
import type { WasmEngineName } from './wasm/engines';

/** What decides which microkernel computes a product, and thereby which engine is the fastest. */
export type ProductKind = 'one row' | 'rows' | 'sparse rows';

export function productKind(rows: number, skipZeroBlocks: boolean): ProductKind {
  if (skipZeroBlocks) return 'sparse rows';
  return rows === 1 ? 'one row' : 'rows';
}

/** Time that V8's optimizing compiler gets, in the background, between warming up and measuring. */
const TIER_UP_MS = 200;
/** A call takes some 15 microseconds, but the clock of a page may tick in tenths of a millisecond. */
const CALLS = 16;
const ROUNDS = 5;

/** Products of half a million weights: a batch of rows has fewer of them. */
const SIZES: Readonly<Record<ProductKind, { rows: number; inFeatures: number; units: number }>> = {
  'one row': { rows: 1, inFeatures: 4096, units: 128 },
  rows: { rows: 16, inFeatures: 512, units: 128 },
  'sparse rows': { rows: 16, inFeatures: 512, units: 128 },
};

interface Calibration {
  readonly warmedUpAt: number;
  fastest?: WasmEngineName;
}
const calibrations = new Map<ProductKind, Calibration>();

/**
 * Which engine is the fastest depends on the processor and on the product. All are run in a batch, which makes V8
 * optimize them, and measured some time later: baseline code would mislead.
 * @param engines that work, of which the first is used until they are measured.
 */
export function fastestEngine(
  kind: ProductKind,
  engines: readonly [WasmEngineName, ...WasmEngineName[]],
): WasmEngineName {
  const known = calibrations.get(kind);
  if (known?.fastest != null && engines.includes(known.fastest)) return known.fastest;
  if (known == null) {
    measure(kind, engines, 1);
    calibrations.set(kind, { warmedUpAt: performance.now() });
  } else if (performance.now() - known.warmedUpAt > TIER_UP_MS) {
    const times = measure(kind, engines, ROUNDS);
    const best = Math.min(...times);
    return (known.fastest = engines[times.indexOf(best)]!);
  }
  return engines[0];
}

/** Best milliseconds of each engine for a batch of calls. */
function measure(kind: ProductKind, engines: readonly WasmEngineName[], rounds: number): number[] {
  const { rows, inFeatures, units } = SIZES[kind];
  const isSparse = kind === 'sparse rows';
  const x = new Float32Array(rows * inFeatures).map((_, i) => valueOf(i, isSparse));
  const size = { rows, inFeatures, units, skipZeroBlocks: isSparse };
  const operands = { x, scale: Float32Array.of(1), bias: undefined, ...size, eps: 1e-5 };
  const y = new Float32Array(rows * units);
  const engine = ownMemoryEngine();
  engine.upload(operands, () => everyCode(inFeatures, units));
  const times = engines.map(() => Infinity);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [i, name] of engines.entries()) {
        const start = performance.now();
        for (let call = 0; call < CALLS; call++) engine.compute(name, operands, operands, y);
        times[i] = Math.min(times[i]!, performance.now() - start);
      }
    }
  } finally {
    engine.release(operands);
  }
  return times;
}

/** Of an input; where zeros are skipped, every other block of 4 is zero. */
function valueOf(i: number, isSparse: boolean): number {
  return isSparse && i & 4 ? 0 : (i % 255) - 127;
}
