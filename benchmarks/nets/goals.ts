import type { NetRow } from './measure';

/** What a deployed net is to reach: so many times the speed of TensorFlow.js alone, within so many milliseconds. */
interface Goal {
  readonly ratio: number;
  readonly ms: number;
}

/** On wasm with one thread and with two or more, and on tensorflow, where oneDNN has instructions of 512 bits. */
function goalOf({ backend, engine, threads }: NetRow): Goal {
  if (backend === 'tensorflow') return { ratio: 1 / 1.1, ms: Infinity };
  const isRelaxed = engine.startsWith('relaxed');
  if (threads > 1 && isRelaxed) return { ratio: 8, ms: 800 };
  return { ratio: 8, ms: isRelaxed ? 1300 : 2000 };
}

export function netGoal(row: NetRow): { text: string; reached: boolean } | undefined {
  if (row.net !== 'deployed' && row.net !== 'tetra') return undefined;
  const { ratio, ms } = goalOf(row);
  const times = `${ratio.toFixed(2)} times`;
  return {
    text: Number.isFinite(ms) ? `${times}, ${ms} ms` : times,
    reached: row.ratio >= ratio && row.medianMs <= ms,
  };
}
