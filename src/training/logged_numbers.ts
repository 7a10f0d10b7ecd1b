import type { Tensor } from '@tensorflow/tfjs-core';

/** The values in the logs of tfjs, which passes losses as scalar tensors, and disposes of them itself. */
export async function loggedNumbers(
  logs: Record<string, unknown>,
): Promise<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const [key, value] of Object.entries(logs)) {
    numbers[key] = typeof value === 'number' ? value : (await (value as Tensor).data())[0]!;
  }
  return numbers;
}
