import { twn } from '../../src/quantizers/kernel/twn';
import { quantized } from '../support/rules';

describe('twn', () => {
  test('the threshold is 0.75 mean|W|, strictly; the scale is the mean above it', () => {
    // mean|W| = 4, D = 3
    const kernel = [[3, -3.5], [1, 8.5]]; // prettier-ignore
    expect(quantized({ name: 'twn' }, kernel)).toEqual({
      ternary: [[0, -1], [0, 1]], // prettier-ignore
      scale: [6],
    });
  });

  test('factor moves the threshold', () => {
    const kernel = [[3, -3.5], [1, 8.5]]; // prettier-ignore
    expect(quantized({ name: 'twn', factor: 0.5 }, kernel)).toEqual({
      ternary: [[1, -1], [0, 1]], // prettier-ignore
      scale: [5],
    });
    expect(quantized({ name: 'twn', factor: 2 }, kernel)).toEqual({
      ternary: [[0, 0], [0, 1]], // prettier-ignore
      scale: [8.5],
    });
  });

  test('perOutput: a threshold and a scale an output', () => {
    const kernel = [[1, 10], [-4, -10], [0.5, 100]]; // prettier-ignore
    expect(quantized({ name: 'twn', perOutput: true }, kernel)).toEqual({
      ternary: [[0, 0], [-1, 0], [0, 1]], // prettier-ignore
      scale: [4, 100],
    });
    // mean|W| = 20.9..., so only 100 is above D of the whole kernel.
    expect(quantized({ name: 'twn' }, kernel).ternary).toEqual([[0, 0], [0, 0], [0, 1]]); // prettier-ignore
  });

  test('nothing above the threshold: all zero, and the floor as scale', () => {
    const floor = [Math.fround(1e-5)];
    const zeros = [[0], [0]];
    expect(quantized({ name: 'twn', factor: 1 }, [[2], [-2]])).toEqual({ ternary: zeros, scale: floor }); // prettier-ignore
    expect(quantized({ name: 'twn' }, zeros)).toEqual({ ternary: zeros, scale: floor });
  });

  test('the floor holds for the scale, not for the threshold', () => {
    const { ternary, scale } = quantized({ name: 'twn' }, [[1e-7], [-1e-9]]);
    expect({ ternary, scale }).toEqual({ ternary: [[1], [0]], scale: [Math.fround(1e-5)] });
  });

  test.each([0, -1, NaN, Infinity])('refuses factor %p', (factor) => {
    expect(() => twn({ factor })).toThrow(
      `twn: factor must be a positive finite number, got ${factor}`,
    );
  });
});
