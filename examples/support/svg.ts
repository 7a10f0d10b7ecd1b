import type { TopLevelSpec } from 'vega-lite';

/** A Vega-Lite chart as SVG text. */
export async function renderSvg(specification: TopLevelSpec): Promise<string> {
  // Modules with a top-level await: they cannot be required, as these files are.
  const [{ parse, View }, { compile }] = [await import('vega'), await import('vega-lite')];
  return new View(parse(compile(specification).spec), { renderer: 'none' }).toSVG();
}
