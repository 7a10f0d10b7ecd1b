import { dispose, type Tensor } from '@tensorflow/tfjs-core';

/** Adds up |actual - expected|^2 and |expected|^2 over many tensors, in double precision. */
export class RelativeError {
  private difference = 0;
  private reference = 0;

  /** Disposes of both. */
  async add(expected: Tensor, actual: Tensor): Promise<void> {
    try {
      const [a, b] = await Promise.all([expected.data(), actual.data()]);
      for (let i = 0; i < a.length; i++) {
        this.difference += (b[i]! - a[i]!) ** 2;
        this.reference += a[i]! ** 2;
      }
    } finally {
      dispose([expected, actual]);
    }
  }

  /** |actual - expected| / |expected|; infinite where values are not finite, or only `expected` is 0. */
  get value(): number {
    if (this.difference === 0) return 0;
    const error = Math.sqrt(this.difference / this.reference);
    return Number.isNaN(error) ? Infinity : error;
  }
}
