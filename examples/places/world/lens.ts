import { EYE, type Camera } from './camera';

/** Where things of the city are on a canvas of `size` pixels. */
export class Lens {
  /** The row of the horizon. */
  readonly horizon: number;
  private readonly focus: number;
  private readonly forward: readonly [number, number];

  constructor(
    private readonly camera: Camera,
    private readonly size: number,
  ) {
    this.focus = size / 2 / Math.tan(camera.field / 2);
    this.horizon = size / 2 + this.focus * Math.tan(camera.pitch);
    this.forward = [Math.cos(camera.heading), Math.sin(camera.heading)];
  }

  /** The heading of what is in a column, in radians. */
  headingOf(column: number): number {
    return this.camera.heading - Math.atan((column + 0.5 - this.size / 2) / this.focus);
  }

  /** Metres above the ground of what is in a row at that depth. */
  heightAt(row: number, depth: number): number {
    return EYE + ((this.horizon - row - 0.5) * depth) / this.focus;
  }

  /** The depth of the ground in a row below the horizon. */
  groundDepth(row: number): number {
    return (EYE * this.focus) / (row + 0.5 - this.horizon);
  }

  /** Depth is along the middle of the view, not along the ray. */
  depthOf(x: number, y: number): number {
    const [eastward, northward] = this.forward;
    return (x - this.camera.x) * eastward + (y - this.camera.y) * northward;
  }

  columnOf(x: number, y: number): number {
    const [eastward, northward] = this.forward;
    const right = (x - this.camera.x) * northward - (y - this.camera.y) * eastward;
    return this.size / 2 + this.pixels(right, this.depthOf(x, y));
  }

  rowOf(height: number, depth: number): number {
    return this.horizon - this.pixels(height - EYE, depth);
  }

  /** How long a length at that depth is on the canvas. */
  pixels(meters: number, depth: number): number {
    return (this.focus * meters) / depth;
  }
}
