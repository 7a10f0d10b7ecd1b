import type { Match } from './finder';

/** A point of the map, and how large one pixel of a marker is there. */
interface Spot {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const RADIUS = 9;
const RING = 16;

export const markerOf = {
  /** A ring, so that matches at the same place can be seen in it, with a tip in the direction of the view. */
  query(heading: number, spot: Spot): SVGElement {
    const marker = at(spot, 'query');
    marker.append(tip(RING, heading), drawn('circle', { r: RING }));
    return marker;
  },
  match({ right, view, place }: Match, rank: number, spot: Spot): SVGElement {
    const marker = at(spot, right ? 'right' : 'wrong');
    marker.dataset.view = String(view);
    const number = drawn('text', { 'text-anchor': 'middle', dy: '0.35em' });
    number.textContent = String(rank);
    const heading = (place.direction * Math.PI) / 2;
    marker.append(tip(RADIUS, heading), drawn('circle', { r: RADIUS }), number);
    return marker;
  },
};

/** An element of a drawing. */
export function drawn(
  name: 'g' | 'path' | 'circle' | 'text',
  attributes: Record<string, string | number>,
): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function at({ x, y, scale }: Spot, kind: string): SVGElement {
  return drawn('g', { class: kind, transform: `translate(${x} ${y}) scale(${scale})` });
}

/** A triangle outside of a circle. */
function tip(radius: number, heading: number): SVGElement {
  const d = `M-5 ${1 - radius}L0 ${-8 - radius}L5 ${1 - radius}Z`;
  return drawn('path', { d, transform: `rotate(${90 - (heading * 180) / Math.PI})` });
}
