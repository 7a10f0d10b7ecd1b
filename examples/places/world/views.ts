import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { Place } from './city';
import { Houses } from './houses';
import { BYTES_PER_VIEW, seenPlaces, viewAt, type Survey } from './survey';

export interface Views {
  /** `SIZE * SIZE * 3` bytes each, place by place. */
  readonly pixels: Uint8Array;
  /** The place of each view. */
  readonly places: Place[];
}

/** Views are written in groups of that many. */
const GROUP = 256;

/** Reads the views from a file, after writing it if it is not there. Continues a file that is not complete. */
export async function viewsOf(survey: Survey, file: string): Promise<Views> {
  const places = seenPlaces(survey).flatMap((place) =>
    new Array<Place>(survey.viewsPerPlace).fill(place),
  );
  if (!existsSync(file)) await writeViews(survey, places, file);
  return { pixels: new Uint8Array(readFileSync(file)), places };
}

async function writeViews(survey: Survey, places: Place[], file: string): Promise<void> {
  const part = `${file}.part`;
  mkdirSync(dirname(file), { recursive: true });
  const world = { seed: survey.city, houses: new Houses(survey.city) };
  const done = completeViews(part);
  const bar = new SingleBar({
    format: '{name} {bar} {percentage} % | {value} of {total} views | {eta_formatted} left',
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  bar.start(places.length, done, { name: survey.name });
  for (let start = done; start < places.length; start += GROUP) {
    const group = places.slice(start, start + GROUP);
    const views = group.map((place, i) => viewAt(world, survey, place, start + i));
    appendFileSync(part, Buffer.concat(views));
    bar.increment(group.length);
    // The bar draws itself between two groups.
    await setImmediate();
  }
  bar.stop();
  renameSync(part, file);
}

/** How many views a file holds, after cutting off one that was written in part. */
function completeViews(file: string): number {
  if (!existsSync(file)) return 0;
  const views = Math.floor(statSync(file).size / BYTES_PER_VIEW);
  truncateSync(file, views * BYTES_PER_VIEW);
  return views;
}
