import { PERIOD, STREET, type Place } from '../../world/city';
import { element } from './elements';
import type { Match } from './finder';
import { drawn, markerOf } from './markers';
import type { Query } from './query';

/** Metres to the edge of the map, where it shows what is near the query. */
const NEAR = 100;
/** Metres around the city, for markers at its edge. */
const MARGIN = 20;
/** Pixels of the map for which the markers are made. */
const PIXELS = 420;

/** Streets, the places of the database, the query and what was found for it. North is up. */
export class CityMap {
  private readonly svg = element<SVGSVGElement>('map');
  private readonly markers = drawn('g', {});
  private readonly length: number;
  private near = false;
  private shown: { query: Query; matches: readonly Match[] } | undefined;

  /** @param pointed is called with metres to the east and to the north. */
  constructor(places: readonly Place[], pointed: (x: number, y: number) => void) {
    const farthest = places.reduce((most, { x, y }) => Math.max(most, x, y), 0);
    this.length = Math.ceil(farthest / PERIOD) * PERIOD;
    this.svg.append(this.streets(), this.dots(places), this.markers);
    this.frame();
    this.svg.onclick = ({ clientX, clientY }) => {
      const { left, top, width, height } = this.svg.getBoundingClientRect();
      const box = this.svg.viewBox.baseVal;
      const x = box.x + ((clientX - left) / width) * box.width;
      const y = box.y + ((clientY - top) / height) * box.height;
      pointed(x, this.length - y);
    };
  }

  show(query: Query, matches: readonly Match[]): void {
    this.shown = { query, matches };
    this.frame();
  }

  /** @returns whether it now shows what is near the query, instead of the whole city. */
  zoom(): boolean {
    this.near = !this.near;
    this.frame();
    return this.near;
  }

  private frame(): void {
    const side = this.length + 2 * MARGIN;
    const whole = `${-MARGIN} ${-MARGIN} ${side} ${side}`;
    if (this.shown == null) return this.svg.setAttribute('viewBox', whole);
    const { query, matches } = this.shown;
    const { x, y } = this.pointOf(query.place);
    const near = `${x - NEAR} ${y - NEAR} ${2 * NEAR} ${2 * NEAR}`;
    this.svg.setAttribute('viewBox', this.near ? near : whole);
    const scale = (this.near ? 2 * NEAR : side) / PIXELS;
    const place = (at: Place) => ({ ...this.pointOf(at), scale });
    // The nearest match is on top.
    const found = matches.map((match, i) => markerOf.match(match, i + 1, place(match.place)));
    this.markers.replaceChildren(
      markerOf.query(query.heading, place(query.place)),
      ...found.reverse(),
    );
  }

  private pointOf({ x, y }: Place): { x: number; y: number } {
    return { x, y: this.length - y };
  }

  private streets(): SVGElement {
    const [first, last] = [-MARGIN, this.length + MARGIN];
    const lines: string[] = [];
    for (let middle = STREET / 2; middle < this.length; middle += PERIOD) {
      lines.push(`M${first} ${this.length - middle}H${last}`, `M${middle} ${first}V${last}`);
    }
    return drawn('path', { class: 'street', d: lines.join(''), 'stroke-width': STREET });
  }

  /** One path of lines without length, as there may be thousands. */
  private dots(places: readonly Place[]): SVGElement {
    const points = places.map((place) => this.pointOf(place)).map(({ x, y }) => `M${x} ${y}h0`);
    return drawn('path', { class: 'place', d: [...new Set(points)].join('') });
  }
}
