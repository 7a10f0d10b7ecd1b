import { writeFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import type { Color } from './world/color';
import { BYTES_PER_VIEW, SIZE } from './world/survey';
import type { Surveys } from './surveys';

/** Pixels of the picture for one of a view, and around each view. */
const ZOOM = 2;
const FRAME = 4;
const CELL = ZOOM * SIZE + 2 * FRAME;
const [QUERIES, MATCHES] = [10, 5];

const QUERY: Color = [0.3, 0.3, 0.3];
const RIGHT: Color = [0.1, 0.7, 0.2];
const WRONG: Color = [0.85, 0.15, 0.1];

/** Queries, each beside what was found for it, the nearest first: right ones in a green frame, others in red. */
export function writeMatches(
  file: string,
  { database, queries }: Surveys,
  matches: number[][],
  right: number[][],
): void {
  const picture = new PNG({ width: CELL * (1 + MATCHES), height: CELL * QUERIES });
  const every = Math.floor(matches.length / QUERIES);
  for (let row = 0; row < QUERIES; row++) {
    const query = row * every;
    drawView(picture, 0, row, viewAt(queries.pixels, query), QUERY);
    for (const [i, match] of matches[query].slice(0, MATCHES).entries()) {
      const frame = right[query].includes(match) ? RIGHT : WRONG;
      drawView(picture, 1 + i, row, viewAt(database.pixels, match), frame);
    }
  }
  writeFileSync(file, PNG.sync.write(picture));
}

function viewAt(pixels: Uint8Array, index: number): Uint8Array {
  return pixels.subarray(index * BYTES_PER_VIEW, (index + 1) * BYTES_PER_VIEW);
}

function drawView(picture: PNG, column: number, row: number, view: Uint8Array, frame: Color): void {
  for (let y = 0; y < CELL; y++) {
    for (let x = 0; x < CELL; x++) {
      const at = 4 * ((row * CELL + y) * picture.width + column * CELL + x);
      picture.data.set(pixelAt(view, x - FRAME, y - FRAME) ?? frame.map((c) => 255 * c), at);
      picture.data[at + 3] = 255;
    }
  }
}

function pixelAt(view: Uint8Array, x: number, y: number): Uint8Array | undefined {
  const isInside = Math.min(x, y) >= 0 && Math.max(x, y) < ZOOM * SIZE;
  if (!isInside) return undefined;
  const at = 3 * (Math.floor(y / ZOOM) * SIZE + Math.floor(x / ZOOM));
  return view.subarray(at, at + 3);
}
