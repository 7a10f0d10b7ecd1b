/** With more changes than this, a name is a different word, not a misspelling. */
const MOST_EDITS = 2;

/** The one of `names` that `name` may misspell: at most two letters are added, left out or changed. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const distances = names.map((candidate) =>
    editDistance(name.toLowerCase(), candidate.toLowerCase()),
  );
  const least = Math.min(...distances);
  return least <= MOST_EDITS && least < name.length ? names[distances.indexOf(least)] : undefined;
}

/** The Levenshtein distance, computed one row of its table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
