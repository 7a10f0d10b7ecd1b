import type { GeluMicrokernels } from './microkernels';
import { geluGradientInOwnMemory, geluInOwnMemory } from './own_memory';
import { geluGradientPortable, geluPortable } from './portable';

/** Whether the microkernels compute the floats that the portable functions compute. */
export function passesSelfTest(microkernels: GeluMicrokernels): boolean {
  const x = Float32Array.from({ length: 101 }, (_, i) => (i - 50) / 3);
  x[1] = -Infinity;
  x[2] = 3e38;
  const dy = x.map((_, i) => (i % 7) - 3);
  return (['erf', 'tanh'] as const).every((form) => {
    const [expected, actual] = [new Float32Array(x.length), new Float32Array(x.length)];
    const same = () => expected.every((value, i) => Object.is(value, actual[i]));
    geluPortable(x, form, expected);
    geluInOwnMemory(microkernels, x, form, actual);
    if (!same()) return false;
    geluGradientPortable(x, dy, form, expected);
    geluGradientInOwnMemory(microkernels, x, dy, form, actual);
    return same();
  });
}
