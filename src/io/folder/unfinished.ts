/** Ends the name of a file that is not complete yet. */
const UNFINISHED = /\.[0-9a-f-]{36}\.new$/;

export function isUnfinished(name: string): boolean {
  return UNFINISHED.test(name);
}

export function unfinishedName(name: string): string {
  return `${name}.${crypto.randomUUID()}.new`;
}
