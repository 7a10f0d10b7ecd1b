const LONGEST = 10;

/** The first items of a list, and how many more there are, for a message. */
export function listing(items: readonly string[]): string {
  const shown = items.slice(0, LONGEST).join(', ');
  const more = items.length - LONGEST;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
