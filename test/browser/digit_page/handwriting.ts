import type { Page } from 'playwright-core';
import { present } from '../../support/present';

type Point = readonly [x: number, y: number];

/** The strokes of a hand, by the points they go through; the digit is 1 high, and y points down. */
export const HANDWRITTEN: Record<number, readonly (readonly Point[])[]> = {
  0: [
    [
      [0.4, 0.02],
      [0.16, 0.14],
      [0.03, 0.5],
      [0.14, 0.88],
      [0.36, 0.99],
      [0.58, 0.84],
      [0.67, 0.48],
      [0.57, 0.13],
      [0.36, 0.01],
    ],
  ],
  1: [
    [
      [0.24, 0],
      [0.2, 0.35],
      [0.13, 0.7],
      [0.09, 1],
    ],
  ],
  2: [
    [
      [0.04, 0.22],
      [0.16, 0.05],
      [0.4, 0],
      [0.57, 0.14],
      [0.53, 0.38],
      [0.3, 0.68],
      [0.02, 0.95],
      [0.3, 0.93],
      [0.66, 0.97],
    ],
  ],
  3: [
    [
      [0.06, 0.1],
      [0.3, 0],
      [0.53, 0.13],
      [0.47, 0.36],
      [0.22, 0.47],
      [0.5, 0.56],
      [0.58, 0.77],
      [0.36, 0.97],
      [0.02, 0.92],
    ],
  ],
  4: [
    [
      [0.14, 0.02],
      [0.06, 0.3],
      [0.02, 0.54],
      [0.3, 0.56],
      [0.6, 0.52],
    ],
    [
      [0.56, 0.05],
      [0.52, 0.5],
      [0.48, 1],
    ],
  ],
  7: [
    [
      [0.02, 0.06],
      [0.3, 0.05],
      [0.62, 0.02],
      [0.47, 0.38],
      [0.34, 0.68],
      [0.25, 1],
    ],
  ],
};

/** Where on the pad, as fractions of its size. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

/** Points on the screen, close together, of each stroke of a digit. */
async function strokesOnPad(page: Page, digit: number, place: Place): Promise<Point[][]> {
  const pad = present(await page.locator('#pad').boundingBox());
  const onScreen = ([x, y]: Point): Point => [
    pad.x + pad.width * (place.left + place.height * x),
    pad.y + pad.height * (place.top + place.height * y),
  ];
  return HANDWRITTEN[digit].map((stroke) => curveThrough(stroke).map(onScreen));
}

/** Draws a digit with the mouse. */
export async function drawByMouse(page: Page, digit: number, place: Place): Promise<void> {
  for (const [start, ...points] of await strokesOnPad(page, digit, place)) {
    await page.mouse.move(...start);
    await page.mouse.down();
    for (const point of points) await page.mouse.move(...point);
    await page.mouse.up();
  }
}

/** Draws a digit with a finger. */
export async function drawByTouch(page: Page, digit: number, place: Place): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: Point[]) =>
    devtools.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map(([x, y]) => ({ x, y })),
    });
  for (const [start, ...points] of await strokesOnPad(page, digit, place)) {
    await touch('touchStart', start);
    for (const point of points) await touch('touchMove', point);
    await touch('touchEnd');
  }
}

const STEPS = 6;

/** A Catmull-Rom spline. */
function curveThrough(points: readonly Point[]): Point[] {
  const at = (i: number) => points[Math.min(Math.max(i, 0), points.length - 1)];
  const curve = points.slice(1).flatMap((_, i) => {
    const [before, from, to, after] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    return Array.from({ length: STEPS }, (_step, step): Point => {
      const t = step / STEPS;
      const spline = (axis: 0 | 1) => {
        const [a, b, c, d] = [before[axis], from[axis], to[axis], after[axis]];
        return b + (t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))) / 2;
      };
      return [spline(0), spline(1)];
    });
  });
  return [...curve, at(points.length - 1)];
}
