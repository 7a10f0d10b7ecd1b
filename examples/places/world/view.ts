import { Canvas } from './canvas';
import type { Camera } from './camera';
import type { Conditions } from './conditions';
import { facadeAt } from './facade';
import { spotOf } from './figures';
import { groundAt } from './ground';
import type { Houses } from './houses';
import { Lens } from './lens';
import type { Random } from './random';
import { meetWall, type Hit } from './ray';
import { passing, standing, type Thing } from './things';

/** A city to look at. */
export interface World {
  readonly seed: number;
  readonly houses: Houses;
}

/** Where the sides of a block look: west, east, south, north. */
const NORMALS = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
] as const;
/** Nearer things fill the view. */
const NEAREST_THING = 2;

interface Scene {
  readonly world: World;
  readonly camera: Camera;
  readonly conditions: Conditions;
  readonly lens: Lens;
  readonly canvas: Canvas;
}

/** What the camera sees, as `size * size * 3` bytes. Traffic and noise are drawn from `random`. */
export function takeView(
  world: World,
  camera: Camera,
  conditions: Conditions,
  size: number,
  random: Random,
): Uint8Array {
  const canvas = new Canvas(size);
  const lens = new Lens(camera, canvas.size);
  const scene: Scene = { world, camera, conditions, lens, canvas };
  const depths = Array.from({ length: canvas.size }, (_, column) => paintColumn(scene, column));
  const things = [...standing(world.seed, camera), ...passing(camera, random)]
    .map((thing) => ({ thing, depth: lens.depthOf(thing.x, thing.y) }))
    .filter(({ depth }) => depth > NEAREST_THING)
    .sort((a, b) => b.depth - a.depth);
  for (const { thing, depth } of things) paintThing(scene, thing, depth, depths);
  return canvas.develop(conditions, random);
}

/** Paints sky, houses and ground. Returns the depth of the houses. */
function paintColumn(scene: Scene, column: number): number {
  const { camera, lens, canvas } = scene;
  const heading = lens.headingOf(column);
  const hit = meetWall(camera, heading);
  const depth = hit == null ? Infinity : hit.distance * Math.cos(heading - camera.heading);
  const foot = hit == null ? lens.horizon : lens.rowOf(0, depth);
  const firstOfGround = Math.min(canvas.size, Math.max(0, Math.ceil(foot - 0.5)));
  paintSky(scene, column, firstOfGround);
  if (hit != null) paintWall(scene, column, hit, depth, firstOfGround);
  paintGround(scene, column, heading, firstOfGround);
  return depth;
}

function paintSky({ conditions, lens, canvas }: Scene, column: number, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const height = Math.max(0, lens.horizon - row) / canvas.size;
    canvas.paint(column, row, conditions.sky, 1 - 0.25 * height, 1, conditions.sky);
  }
}

function paintWall(scene: Scene, column: number, hit: Hit, depth: number, rows: number): void {
  const { world, conditions, lens, canvas } = scene;
  const house = world.houses.at(hit.column, hit.row, hit.side, hit.along);
  const light = lightOn(hit.side, conditions);
  const clear = clearness(depth, conditions);
  for (let row = rows - 1; row >= 0; row--) {
    const surface = facadeAt(house, hit.along - house.start, lens.heightAt(row, depth), conditions);
    if (surface == null) return;
    const own = light + (1 - light) * surface.glow;
    canvas.paint(column, row, surface.color, own, clear, conditions.sky);
  }
}

function lightOn(side: number, { ambient, direct, sun }: Conditions): number {
  const [eastward, northward] = NORMALS[side];
  return ambient + direct * Math.max(0, eastward * Math.cos(sun) + northward * Math.sin(sun));
}

/** The share of light that fog lets through. */
function clearness(depth: number, { fog }: Conditions): number {
  return Math.exp(-depth * fog);
}

function paintGround(scene: Scene, column: number, heading: number, first: number): void {
  const { world, camera, conditions, lens, canvas } = scene;
  const [eastward, northward] = [Math.cos(heading), Math.sin(heading)];
  const light = conditions.ambient + 0.5 * conditions.direct;
  const slant = Math.cos(heading - camera.heading);
  for (let row = Math.max(first, Math.ceil(lens.horizon)); row < canvas.size; row++) {
    const depth = lens.groundDepth(row);
    const distance = depth / slant;
    const [x, y] = [camera.x + eastward * distance, camera.y + northward * distance];
    const color = groundAt(world.seed, x, y, conditions);
    canvas.paint(column, row, color, light, clearness(depth, conditions), conditions.sky);
  }
}

function paintThing(scene: Scene, thing: Thing, depth: number, depths: number[]): void {
  const { conditions, lens, canvas } = scene;
  const middle = lens.columnOf(thing.x, thing.y);
  const half = lens.pixels(thing.width, depth) / 2;
  const [top, foot] = [lens.rowOf(thing.height, depth), lens.rowOf(0, depth)];
  const light = conditions.ambient + 0.5 * conditions.direct;
  const clear = clearness(depth, conditions);
  const [left, right] = within(middle - half, middle + half, canvas.size);
  const [first, last] = within(top, foot, canvas.size);
  for (let column = left; column < right; column++) {
    if (depths[column] < depth) continue;
    for (let row = first; row < last; row++) {
      const up = (foot - row - 0.5) / (foot - top);
      const spot = spotOf(thing, (column + 0.5 - middle) / half, up, conditions);
      if (spot == null) continue;
      const own = light + (1 - light) * spot.glow;
      canvas.paint(column, row, spot.color, own, clear, conditions.sky);
    }
  }
}

/** The whole pixels whose centers are between two edges, and in the canvas. */
function within(low: number, high: number, size: number): [number, number] {
  return [Math.max(0, Math.ceil(low - 0.5)), Math.min(size, Math.ceil(high - 0.5))];
}
