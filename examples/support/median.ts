export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median milliseconds of each function, run in turn, so that a slow phase of the machine affects all of them. */
export function interleavedMedians(functions: Array<() => void>, rounds: number): number[] {
  const times = functions.map(() => [] as number[]);
  for (const run of functions) run();
  for (let round = 0; round < rounds; round++) {
    for (const [i, run] of functions.entries()) {
      const start = performance.now();
      run();
      times[i].push(performance.now() - start);
    }
  }
  return times.map(median);
}
