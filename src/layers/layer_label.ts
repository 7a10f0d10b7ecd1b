/** What errors call a layer. Its name may be what a caller gave, and no string. */
export function labelOf(className: string, name: unknown): string {
  return typeof name === 'string' ? `${className} layer "${name}"` : className;
}
