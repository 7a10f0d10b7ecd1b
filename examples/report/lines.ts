import type { LayerMetrics } from 'tfjs-bitcore/training';

/** A line that `trainingMetrics` writes. */
export interface Epoch {
  readonly epoch: number;
  /** tfjs's losses and metrics; null where they were not finite. */
  readonly logs: Record<string, number | null>;
  readonly layers: LayerMetrics[];
}

/**
 * One epoch for each line. Where training was resumed, an epoch may appear twice: the later one counts.
 * @throws naming the first line that is not an epoch.
 */
export function parseLines(text: string, file: string): Epoch[] {
  const epochs = new Map<number, Epoch>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const epoch = parseLine(line);
    if (epoch == null) throw new Error(`${file}: line ${i + 1} is not {epoch, logs, layers}.`);
    epochs.set(epoch.epoch, epoch);
  }
  if (epochs.size === 0) throw new Error(`${file}: there is no epoch in it.`);
  return [...epochs.values()].sort((a, b) => a.epoch - b.epoch);
}

function parseLine(line: string): Epoch | undefined {
  try {
    const value = JSON.parse(line) as Epoch;
    const isEpoch = Number.isInteger(value.epoch) && value.layers.length > 0;
    return isEpoch && typeof value.logs === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
