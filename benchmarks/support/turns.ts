/** Fewer turns would not make a median. */
const LEAST_TURNS = 3;

/**
 * Calls the functions one after the other, again and again: each finds the caches as the other left them.
 * @returns the milliseconds of each call, for each function.
 */
export function takeTurns(functions: ReadonlyArray<() => void>, ms: number): number[][] {
  const times = functions.map(() => [] as number[]);
  const end = performance.now() + ms;
  do {
    for (const [i, run] of functions.entries()) {
      const start = performance.now();
      run();
      times[i].push(performance.now() - start);
    }
  } while (performance.now() < end || times[0].length < LEAST_TURNS);
  return times;
}
