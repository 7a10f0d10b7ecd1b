import type { Epoch } from './lines';

/** One file without links: the chart, and the last epoch in figures. */
export function page(title: string, epochs: readonly Epoch[], svg: string): string {
  const { epoch, layers } = epochs[epochs.length - 1];
  const head = Object.keys(layers[0]).map((column) => `<th>${column}</th>`);
  const rows = layers.map(({ layer, ...measures }) => {
    const cells = Object.values(measures).map((value) => `<td>${textOf(value)}</td>`);
    return `<tr><th>${escaped(layer)}</th>${cells.join('')}</tr>`;
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
  <h1>${escaped(title)}: ${epochs.length} ${epochs.length === 1 ? 'epoch' : 'epochs'}</h1>
  ${svg}
  <h2>After epoch ${epoch + 1}</h2>
  <table><tr>${head.join('')}</tr>${rows.join('\n')}</table>
</html>
`;
}

/** A scale that was not finite has become null in JSON. */
function textOf(value: number | null): string {
  return value == null ? 'not finite' : value.toPrecision(3);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
