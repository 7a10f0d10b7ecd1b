import type { Epoch } from './lines';

const COLUMNS = [
  'negative',
  'zero',
  'positive',
  'flips',
  'scale',
  'saturation',
  'entropy',
] as const;

/** One file without links: the chart, and the last epoch in figures. */
export function page(title: string, epochs: readonly Epoch[], svg: string): string {
  const { epoch, layers } = epochs.at(-1)!;
  const head = ['layer', ...COLUMNS].map((column) => `<th>${column}</th>`).join('');
  const rows = layers.map((layer) => {
    const cells = COLUMNS.map((column) => `<td>${layer[column].toPrecision(3)}</td>`).join('');
    return `<tr><th>${escaped(layer.layer)}</th>${cells}</tr>`;
  });
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>${escaped(title)}</title>
  <style>
    body { font: 15px system-ui, sans-serif; margin: 2rem; }
    svg { max-width: 100%; height: auto; }
    th, td { padding: 0.2rem 0.8rem; text-align: right; }
  </style>
  <h1>${escaped(title)}: ${epochs.length} epochs</h1>
  ${svg}
  <h2>After epoch ${epoch}</h2>
  <table><tr>${head}</tr>${rows.join('\n')}</table>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
