/** @throws if the page has no such element. */
export function element<Kind extends Element = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found == null) throw new Error(`The page has no element "${id}".`);
  return found as Element as Kind;
}
