import { quantized, ruleGradients } from '../support/rules';
import { expectClose } from '../support/values';

// alpha 2: z = 0.5, 1.5, -0.5, 1, -1.0005, -3
const kernel = [[1, 3, -1], [2, -2.001, -6]]; // prettier-ignore
const g = [[1, 10, 100], [1000, 10_000, 100_000]]; // prettier-ignore
const k = 1 / Math.sqrt(6);

describe('lsq', () => {
  test('rounds halves to even, and clips', () => {
    expect(quantized({ name: 'lsq' }, kernel, [2])).toEqual({
      ternary: [[0, 1, 0], [1, -1, -1]], // prettier-ignore
      scale: [2],
    });
  });

  test('alpha starts at the mean magnitude, and at least at eps', () => {
    const weights = [[1, -8], [-3, 0]]; // prettier-ignore
    expect(quantized({ name: 'lsq' }, weights).scale).toEqual([3]);
    expect(quantized({ name: 'lsq', perOutput: true }, weights).scale).toEqual([2, 4]);
    expect(quantized({ name: 'lsq' }, [[0]]).scale).toEqual([Math.fround(1e-5)]);
  });

  test.each([0, -1])('alpha %p counts as eps', (alpha) => {
    const { ternary, scale } = quantized({ name: 'lsq' }, [[1], [-1], [0]], [alpha]);
    expect(ternary).toEqual([[1], [-1], [0]]);
    expect(scale).toEqual([Math.fround(1e-5)]);
  });

  test('gradients: masked outside [-1, 1], and +-1 for alpha there', () => {
    const { kernel: dkernel, alpha } = ruleGradients({ name: 'lsq' }, kernel, g, [2]);
    expectClose(dkernel.flat(), [1, 0, 100, 1000, 0, 0], 1e-6);
    const h = [-0.5, 1, 0.5, 0, -1, -1];
    const sum = h.reduce((total, value, i) => total + value * g.flat()[i], 0);
    expectClose(alpha, [k * sum], 1e-6);
  });

  test('gradients per channel; their sum at equal scales is the gradient of a single one', () => {
    const config = { name: 'lsq', perOutput: true } as const;
    const single = ruleGradients({ name: 'lsq' }, kernel, g, [2]);
    const each = ruleGradients(config, kernel, g, [2, 2, 2]);
    expectClose(each.alpha, [k * -0.5, k * -9990, k * (50 - 100_000)], 1e-6);
    expectClose([each.alpha.reduce((a, b) => a + b)], single.alpha, 1e-6);
    expectClose(each.kernel.flat(), single.kernel.flat(), 1e-6);
  });
});
