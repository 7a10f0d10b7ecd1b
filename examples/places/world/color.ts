/** Red, green and blue in [0, 1]. */
export type Color = readonly [number, number, number];

export function gray(value: number): Color {
  return [value, value, value];
}

/** `from` at share 0, `to` at share 1. */
export function mix(from: Color, to: Color, share: number): Color {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

export function darken([red, green, blue]: Color, factor: number): Color {
  return [red * factor, green * factor, blue * factor];
}
