/** Ends the name of a file that is not complete yet. */
const UNFINISHED = /\.[0-9a-f-]{36}\.new$/;

/** The name that an unfinished file would have had; undefined for other files. */
export function nameOfUnfinished(name: string): string | undefined {
  return UNFINISHED.test(name) ? name.replace(UNFINISHED, '') : undefined;
}

export function unfinishedName(name: string): string {
  return `${name}.${crypto.randomUUID()}.new`;
}
