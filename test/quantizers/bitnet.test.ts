import { quantized } from '../support/rules';

const f32 = Math.fround;

describe('bitnet', () => {
  test('one scale, the mean magnitude; halves round to even', () => {
    // mean|W| = 2, W / s = 0.5, -0.5, 1, 2, 0.75, -1.25
    const kernel = [[1, -1, 2], [4, 1.5, -2.5]]; // prettier-ignore
    expect(quantized({ name: 'bitnet' }, kernel)).toEqual({
      ternary: [[0, 0, 1], [1, 1, -1]], // prettier-ignore
      scale: [2],
    });
  });

  test('perOutput: one scale an output', () => {
    const kernel = [[1, 8], [-3, 0.5]]; // prettier-ignore
    expect(quantized({ name: 'bitnet', perOutput: true }, kernel)).toEqual({
      ternary: [[0, 1], [-1, 0]], // prettier-ignore
      scale: [2, 4.25],
    });
  });

  test('a weight of 1.5 scales rounds to 2 and is clipped to 1', () => {
    expect(quantized({ name: 'bitnet' }, [[3], [1]])).toEqual({ ternary: [[1], [0]], scale: [2] });
  });

  test.each([false, true])('the scale is at least eps (perOutput %p)', (perOutput) => {
    const config = { name: 'bitnet', perOutput } as const;
    const units = perOutput ? 2 : 1;
    const scale = new Array<number>(units).fill(f32(1e-5));
    expect(quantized(config, [[0, 0], [0, 0]])).toEqual({ ternary: [[0, 0], [0, 0]], scale }); // prettier-ignore
    // Below the floor weights are compared with the floor: 8e-6 rounds to 1e-5, 4e-6 to 0.
    const tiny = [[8e-6, -4e-6], [-8e-6, 4e-6]]; // prettier-ignore
    expect(quantized(config, tiny)).toEqual({ ternary: [[1, 0], [-1, 0]], scale }); // prettier-ignore
    expect(quantized(config, tiny, undefined, 2).scale).toEqual(scale.map(() => 2));
  });

  test.each([false, true])('addEps: eps is added to the scale (perOutput %p)', (perOutput) => {
    const config = { name: 'bitnet', perOutput, addEps: true } as const;
    const units = perOutput ? 2 : 1;
    // mean|W| + eps = 2 + 1: 1.5 is half of a scale and rounds to 0, 2.5 to 1.
    const kernel = [[1.5, 2.5], [-2.5, -1.5]]; // prettier-ignore
    expect(quantized(config, kernel, undefined, 1)).toEqual({
      ternary: [[0, 1], [-1, 0]], // prettier-ignore
      scale: new Array<number>(units).fill(3),
    });
    expect(quantized(config, [[0, 0]], undefined, 1).scale).toEqual(new Array(units).fill(1));
  });
});
