import type { Setting } from './plan';

/**
 * Per cent of the test set, means of 3 seeds: an independent implementation of the same formulas, in
 * numpy, with the same net and recipe.
 */
const REFERENCE: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  mnist: {
    float: 98.44,
    bitnet: 98.22,
    'bitnet:perOutput': 98.29,
    twn: 98.28,
    'twn:perOutput': 98.27,
    lsq: 98.06,
    'lsq:perOutput': 98.13,
    paretoq: 98.32,
  },
  fashion: { float: 89.81, bitnet: 89.68 },
};

/** The reference accuracy of a quantizer; undefined where none is known for the setting. */
export function referenceOf(setting: Setting, quantizer: string): number | undefined {
  const { net, data, from, epochs, examples } = setting;
  if (net !== 'mlp' || from !== 'scratch' || epochs !== 10 || examples !== 60_000) return undefined;
  return REFERENCE[data][quantizer];
}
