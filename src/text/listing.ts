const LONGEST = 10;

/** For a message: the first of a list, and how many more there are. */
export function listing(items: readonly string[]): string {
  const shown = items.slice(0, LONGEST).join(', ');
  const more = items.length - LONGEST;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
