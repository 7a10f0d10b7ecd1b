import type { Color } from './color';
import type { Conditions } from './conditions';
import type { Random } from './random';

/** Pixels of the canvas for one of the picture, in each direction: edges come out smooth. */
const FINENESS = 2;

/** A picture in the making: what stands farther away is painted first. */
export class Canvas {
  readonly size: number;
  private readonly colors: Float32Array;

  constructor(private readonly pictureSize: number) {
    this.size = FINENESS * pictureSize;
    this.colors = new Float32Array(this.size * this.size * 3);
  }

  /** `light` multiplies the color; the share that is not clear is haze, of the color of the sky. */
  paint(column: number, row: number, color: Color, light: number, clear: number, sky: Color): void {
    const offset = 3 * (row * this.size + column);
    const [lit, hazy] = [light * clear, 1 - clear];
    this.colors[offset] = color[0] * lit + sky[0] * hazy;
    this.colors[offset + 1] = color[1] * lit + sky[1] * hazy;
    this.colors[offset + 2] = color[2] * lit + sky[2] * hazy;
  }

  /** The picture as a camera takes it: `size * size * 3` bytes. */
  develop({ gain, tint, noise }: Conditions, random: Random): Uint8Array {
    const bytes = new Uint8Array(this.pictureSize * this.pictureSize * 3);
    const sums = this.sums();
    for (let i = 0; i < bytes.length; i++) {
      const grain = noise * (random() + random() - 1);
      const value = (sums[i] / FINENESS ** 2) * gain * tint[i % 3] + grain;
      bytes[i] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
    return bytes;
  }

  /** Of the pixels of the canvas in each one of the picture. */
  private sums(): Float32Array {
    const sums = new Float32Array(this.pictureSize * this.pictureSize * 3);
    for (let row = 0, i = 0; row < this.size; row++) {
      const top = Math.floor(row / FINENESS) * this.pictureSize;
      for (let column = 0; column < this.size; column++) {
        const pixel = 3 * (top + Math.floor(column / FINENESS));
        for (let channel = 0; channel < 3; channel++) sums[pixel + channel] += this.colors[i++];
      }
    }
    return sums;
  }
}
