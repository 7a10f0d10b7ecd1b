import { SIZE } from '../../world/survey';

/** A picture of the size of a view, with what it shows in words. */
export function newPicture(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  return canvas;
}

/** Draws a view of `SIZE * SIZE * 3` bytes. */
export function showView(canvas: HTMLCanvasElement, view: Uint8Array): void {
  const image = new ImageData(SIZE, SIZE);
  for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * pixel + channel] = view[3 * pixel + channel];
    }
    image.data[4 * pixel + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
