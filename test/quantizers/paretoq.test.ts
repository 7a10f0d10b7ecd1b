import { quantized, ruleGradients } from '../support/rules';
import { expectClose } from '../support/values';

const f32 = Math.fround;

describe('paretoq', () => {
  test('a third of alpha is a tie and rounds to zero; the scale is two thirds of alpha', () => {
    // 1.5 z = 0.5 for 1 / 3, more for 1.001, and is clipped at 1.485 beyond.
    const { ternary, scale } = quantized({ name: 'paretoq' }, [[1], [-1], [1.001], [3], [-9]], [3]);
    expect(ternary).toEqual([[0], [0], [1], [1], [-1]]);
    expect(scale).toEqual([2]);
  });

  test('alpha starts at the largest magnitude of each output, and at least at eps', () => {
    const { scale } = quantized({ name: 'paretoq' }, [[3, 0, -6], [-1, 0, 4.5]]); // prettier-ignore
    expect(scale).toEqual([2, f32(1e-5), 4]);
  });

  test('the scale stays at least eps, although it is two thirds of alpha', () => {
    expect(quantized({ name: 'paretoq' }, [[0]], [1e-5]).scale).toEqual([f32(1e-5)]);
    expect(quantized({ name: 'paretoq' }, [[1]], [-5]).scale).toEqual([f32(1e-5)]);
  });

  test('gradients: masked beyond 0.99 alpha, where alpha gets +-1', () => {
    // z = 0.99 (inside), 0.995, -1.5, 0.25, -0.5 with alpha 1 and 2
    const kernel = [[0.99, 0.5], [0.995, -1], [-1.5, 1.999]]; // prettier-ignore
    const g = [[1, 10], [100, 1000], [10_000, 100_000]]; // prettier-ignore
    const { kernel: dkernel, alpha } = ruleGradients({ name: 'paretoq' }, kernel, g, [1, 2]);
    expectClose(dkernel.flat(), [1, 10, 0, 1000, 0, 0], 1e-6);
    const k = 1 / Math.sqrt(6);
    const first = (2 / 3 - 0.99) * 1 + 100 - 10_000;
    const second = (0 - 0.25) * 10 + (-2 / 3 + 0.5) * 1000 + 100_000;
    expectClose(alpha, [k * first, k * second], 1e-6);
  });
});
