import { titleOf, type Setting } from './plan';
import { QUANTIZERS, RECIPES, type Recipe } from './recipes';
import type { Run } from './results';

/** The runs of one setting, which can be compared with each other. */
export interface Section {
  readonly setting: Setting;
  readonly title: string;
  readonly runs: readonly Run[];
}

/** A row of a table: the same but for the seeds. */
export interface Group {
  readonly quantizer: string;
  readonly recipe: Recipe;
  /** By seed. */
  readonly runs: readonly Run[];
}

/** In the order in which each setting was first finished. */
export function sectionsOf(runs: readonly Run[]): Section[] {
  return [...new Set(runs.map(titleOf))].map((title) => {
    const own = runs.filter((run) => titleOf(run) === title);
    return { title, runs: own, setting: own[0] };
  });
}

/** In the order of the options. */
export function groupsOf({ runs }: Section): Group[] {
  const groups: Group[] = [];
  for (const quantizer of Object.keys(QUANTIZERS)) {
    for (const recipe of RECIPES) {
      const own = runs.filter((run) => run.quantizer === quantizer && run.recipe === recipe);
      if (own.length === 0) continue;
      groups.push({ quantizer, recipe, runs: own.sort((a, b) => a.seed - b.seed) });
    }
  }
  return groups;
}

/** Whether every run is plain training from scratch. */
export const isPlain = ({ setting, runs }: Section) =>
  setting.from === 'scratch' && runs.every(({ recipe }) => recipe === 'plain');

/** The plain runs of a section; those can be compared with each other whatever else was run. */
export function plainOf(section: Section): Section {
  return { ...section, runs: section.runs.filter(({ recipe }) => recipe === 'plain') };
}

/** Differences in accuracy between runs of two groups that share a seed. */
export function pairedDifferences(group: Group, other: Group | undefined): number[] {
  return group.runs.flatMap((run) => {
    const partner = other?.runs.find(({ seed }) => seed === run.seed);
    return partner == null ? [] : [run.accuracy - partner.accuracy];
  });
}

/** What would make the section again. */
export function commandOf({ setting, runs }: Section): string {
  const names = (values: readonly string[]) => [...new Set(values)].join(' ');
  const parts = [
    ...(setting.net === 'mlp' ? [] : [`--net ${setting.net}`]),
    `--data ${setting.data}`,
    `--quantizers ${names(runs.map(({ quantizer }) => quantizer))}`,
    `--seeds ${Math.max(...runs.map(({ seed }) => seed))}`,
    `--epochs ${setting.epochs}`,
  ];
  if (setting.from === 'float') parts.push('--from float');
  const recipes = names(runs.map(({ recipe }) => recipe));
  if (recipes !== 'plain') parts.push(`--recipes ${recipes}`);
  if (setting.examples !== 60_000) parts.push(`--examples ${setting.examples}`);
  return `npm run reproduce -- ${parts.join(' ')}`;
}
