import type { Camera } from './camera';
import { fromWall, SIDEWALK, STREET, withinPeriod } from './city';
import type { Color } from './color';
import { between, hash, type Random } from './random';

/** What stands or moves in the streets. Lengths are in metres. */
export interface Thing {
  readonly kind: 'tree' | 'lamp' | 'car' | 'person';
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly width: number;
  readonly color: Color;
}

/** A cell of the city holds at most one tree or lamp. */
const CELL = 6;
const CELLS_SEEN = 8;
const SHARE_OF_TREES = 0.3;
const SHARE_OF_LAMPS = 0.42;

/** Trees and lamps: they stand on the edge of the sidewalk, always at the same spot. */
export function standing(city: number, camera: Camera): Thing[] {
  const [column, row] = [Math.floor(camera.x / CELL), Math.floor(camera.y / CELL)];
  const things: Thing[] = [];
  for (let i = column - CELLS_SEEN; i <= column + CELLS_SEEN; i++) {
    for (let j = row - CELLS_SEEN; j <= row + CELLS_SEEN; j++) {
      const thing = inCell(city, i, j);
      if (thing != null) things.push(thing);
    }
  }
  return things;
}

function inCell(city: number, i: number, j: number): Thing | undefined {
  const kind = hash(city, i, j, 1);
  if (kind > SHARE_OF_LAMPS) return undefined;
  const [x, y] = [(i + hash(city, i, j, 2)) * CELL, (j + hash(city, i, j, 3)) * CELL];
  const toWall = fromWall(x, y);
  if (toWall < 0.5 * SIDEWALK || toWall > SIDEWALK + 0.2) return undefined;
  const size = hash(city, i, j, 4);
  const green: Color = [0.2 + 0.2 * size, 0.42 + 0.2 * hash(city, i, j, 5), 0.14];
  return kind < SHARE_OF_TREES
    ? { kind: 'tree', x, y, height: 4 + 4 * size, width: 2 + 2 * size, color: green }
    : { kind: 'lamp', x, y, height: 4.5 + size, width: 0.9, color: [0.2, 0.22, 0.22] };
}

/** Cars and people: others in each view. */
export function passing(camera: Camera, random: Random): Thing[] {
  const cars = Array.from({ length: Math.floor(random() * 5) }, () =>
    passingThing(camera, random, 'car'),
  );
  const people = Array.from({ length: Math.floor(random() * 4) }, () =>
    passingThing(camera, random, 'person'),
  );
  return [...cars, ...people];
}

function passingThing(camera: Camera, random: Random, kind: 'car' | 'person'): Thing {
  const ahead = between(random, 6, 40);
  const lane =
    kind === 'car'
      ? between(random, SIDEWALK + 0.5, STREET - SIDEWALK - 0.5)
      : between(random, 0.5, SIDEWALK);
  const side = random() < 0.5 ? lane : STREET - lane;
  const isEastWest = Math.abs(Math.cos(camera.heading)) > Math.SQRT1_2;
  const forward = Math.sign(isEastWest ? Math.cos(camera.heading) : Math.sin(camera.heading));
  const [x, y] = isEastWest
    ? [camera.x + forward * ahead, camera.y - withinPeriod(camera.y) + side]
    : [camera.x - withinPeriod(camera.x) + side, camera.y + forward * ahead];
  const color: Color = [random(), random(), random()];
  return kind === 'car'
    ? { kind, x, y, height: between(random, 1.4, 2.4), width: between(random, 1.7, 2.2), color }
    : { kind, x, y, height: between(random, 1.5, 1.9), width: 0.5, color };
}
