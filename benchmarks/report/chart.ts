import { importPeer } from '../peers';
import type { Row } from './rows';

interface Vega {
  parse(spec: object): object;
  View: new (runtime: object, options: { renderer: 'none' }) => { toSVG(): Promise<string> };
}
interface VegaLite {
  compile(spec: object): { spec: object };
}

interface Bar {
  readonly shape: string;
  readonly node: string;
  readonly subject: string;
  readonly gmacPerSecond: number;
  readonly kind: string;
}

/** Speed of all subjects, a panel for each shape and version of Node. */
export async function chart(rows: readonly Row[]): Promise<string> {
  const vega = await importPeer<Vega>('vega');
  const vegaLite = await importPeer<VegaLite>('vega-lite');
  const { spec } = vegaLite.compile(specification(bars(rows)));
  return new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG();
}

function bars(rows: readonly Row[]): Bar[] {
  const all = new Map<string, Bar>();
  for (const row of rows.filter(({ task }) => task === 'product')) {
    const place = { shape: `${row.m},${row.k},${row.n}`, node: `Node ${row.node}` };
    const add = (subject: string, gmacPerSecond: number, kind: string) =>
      all.set(`${place.shape} ${place.node} ${subject}`, {
        ...place,
        subject,
        gmacPerSecond,
        kind,
      });
    add(`${row.subject} on ${row.backend}`, row.gmacPerSecond, row.subject);
    if (row.peerGmacPerSecond != null) add(row.peer, row.peerGmacPerSecond, 'others');
  }
  return [...all.values()];
}

function specification(values: readonly Bar[]): object {
  const unique = (key: 'shape' | 'subject') => [...new Set(values.map((bar) => bar[key]))];
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'x . W + bias, whole call: billions of multiply-adds a second',
    background: 'white',
    data: { values },
    mark: { type: 'bar', tooltip: false },
    width: 300,
    height: { step: 14 },
    encoding: {
      row: { field: 'shape', title: 'm,k,n', sort: unique('shape') },
      column: { field: 'node', title: null },
      y: {
        field: 'subject',
        title: null,
        sort: unique('subject').sort(oursFirst),
        axis: { labelLimit: 300 },
      },
      x: { field: 'gmacPerSecond', type: 'quantitative', title: 'GMAC/s' },
      color: {
        field: 'kind',
        title: null,
        scale: { domain: ['tfjs-bitcore', 'others'], range: ['#e4572e', '#9aa5b1'] },
      },
    },
  };
}

const oursFirst = (a: string, b: string) =>
  Number(b.startsWith('tfjs-bitcore')) - Number(a.startsWith('tfjs-bitcore')) || a.localeCompare(b);
