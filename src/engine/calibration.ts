import { everyCode } from '../packing/every_code';
import { ownMemoryEngine } from './own_memory_engine';

export type RelaxedEngineName = 'relaxedDot16' | 'relaxedDot32';

/** Time that V8's optimizing compiler gets, in the background, between warming up and measuring. */
const TIER_UP_MS = 200;
/** A call takes some 15 microseconds, but the clock of a page may tick in tenths of a millisecond. */
const CALLS = 16;
const ROUNDS = 5;
let warmedUpAt: number | undefined;
let faster: RelaxedEngineName | undefined;

/**
 * Which of the two relaxed engines is faster depends on the processor. Both are run in a batch, which makes V8
 * optimize them, and measured some time later: baseline code would mislead.
 */
export function fasterRelaxedEngine(): RelaxedEngineName {
  if (faster != null) return faster;
  if (warmedUpAt == null) {
    measure(1);
    warmedUpAt = performance.now();
  } else if (performance.now() - warmedUpAt > TIER_UP_MS) {
    const { relaxedDot16, relaxedDot32 } = measure(ROUNDS);
    return (faster = relaxedDot32 < relaxedDot16 ? 'relaxedDot32' : 'relaxedDot16');
  }
  return 'relaxedDot16';
}

/** Best milliseconds of each engine for a batch of calls. */
function measure(rounds: number): Record<RelaxedEngineName, number> {
  const [inFeatures, units] = [4096, 128];
  const x = new Float32Array(inFeatures).map((_, i) => (i % 255) - 127);
  const scale = Float32Array.of(1);
  const operands = { x, scale, bias: undefined, rows: 1, inFeatures, units, eps: 1e-5 };
  const y = new Float32Array(units);
  const engine = ownMemoryEngine();
  engine.upload(operands, () => everyCode(inFeatures, units));
  const times = { relaxedDot16: Infinity, relaxedDot32: Infinity };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['relaxedDot16', 'relaxedDot32'] as const) {
      const start = performance.now();
      for (let call = 0; call < CALLS; call++) engine.compute(name, operands, operands, y);
      times[name] = Math.min(times[name], performance.now() - start);
    }
  }
  engine.release(operands);
  return times;
}
