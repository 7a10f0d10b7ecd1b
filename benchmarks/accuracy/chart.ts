import type { TopLevelSpec } from 'vega-lite';
import { renderSvg } from '../../examples/support/svg';
import { referenceOf } from './reference';
import { groupsOf, isPlain, type Section } from './sections';

interface Point {
  readonly name: string;
  readonly accuracy: number;
  readonly what: 'a run' | 'reference';
}

/** A panel for each section: every run a dot, their mean and the reference a stroke. */
export function chart(sections: readonly Section[]): Promise<string> {
  return renderSvg({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    config: { axis: { labelLimit: 0 }, legend: { title: null } },
    resolve: { scale: { x: 'independent', y: 'independent' } },
    vconcat: sections.map(panel),
  } as TopLevelSpec);
}

function panel(section: Section) {
  const points = pointsOf(section);
  const y = {
    field: 'name',
    type: 'nominal',
    title: null,
    sort: [...new Set(points.map(({ name }) => name))],
  };
  const scale = { zero: false };
  const accuracy = { type: 'quantitative', title: 'accuracy, per cent of the test set', scale };
  const color = {
    field: 'what',
    scale: { domain: ['a run', 'mean', 'reference'], range: ['#9aa5b1', '#e4572e', '#1b4965'] },
  };
  const only = (what: Point['what']) => ({ filter: `datum.what === '${what}'` });
  const stroke = { type: 'tick', thickness: 3, size: 16 };
  return {
    title: section.title,
    width: 520,
    height: { step: 22 },
    data: { values: points },
    layer: [
      {
        transform: [only('a run')],
        mark: { type: 'circle', size: 50 },
        encoding: { y, x: { field: 'accuracy', ...accuracy }, color },
      },
      {
        transform: [only('reference')],
        mark: stroke,
        encoding: { y, x: { field: 'accuracy', ...accuracy }, color },
      },
      {
        transform: [only('a run'), { calculate: "'mean'", as: 'what' }],
        mark: stroke,
        encoding: { y, x: { aggregate: 'mean', field: 'accuracy', ...accuracy }, color },
      },
    ],
  };
}

function pointsOf(section: Section): Point[] {
  const byQuantizer = isPlain(section);
  return groupsOf(section).flatMap(({ quantizer, recipe, runs }) => {
    const name = byQuantizer ? quantizer : `${quantizer}, ${recipe}`;
    const reference = recipe === 'plain' ? referenceOf(section.setting, quantizer) : undefined;
    const own = runs.map(({ accuracy }): Point => ({ name, accuracy, what: 'a run' }));
    return reference == null ? own : [...own, { name, accuracy: reference, what: 'reference' }];
  });
}
