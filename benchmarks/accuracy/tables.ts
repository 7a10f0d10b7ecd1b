import type { Cells } from '../support/tables';
import { referenceOf } from './reference';
import { groupsOf, pairedDifferences, type Group, type Section } from './sections';
import { signed, spreadOf, spreadText } from './statistics';

/** Accuracy of each quantizer, beside the reference and the float net. */
export function quantizerCells(section: Section): Cells[] {
  const groups = groupsOf(section);
  const float = groups.find(({ quantizer }) => quantizer === 'float');
  return groups.map((group) => {
    const { quantizer } = group;
    const accuracies = group.runs.map(({ accuracy }) => accuracy);
    const reference = referenceOf(section.setting, quantizer);
    const difference = reference == null ? '' : signed(spreadOf(accuracies).mean - reference);
    const isFloat = quantizer === 'float';
    return {
      quantizer,
      'accuracy, %': spreadText(accuracies, twoDigits),
      seeds: String(accuracies.length),
      reference: reference?.toFixed(2) ?? '',
      'against it': difference,
      'against float': isFloat ? '' : spreadText(pairedDifferences(group, float), signed),
      'float net only rounded': isFloat ? '' : spreadText(roundedBy(quantizer, float), twoDigits),
      'seconds a run': seconds(group),
    };
  });
}

function roundedBy(quantizer: string, float: Group | undefined): number[] {
  const values = float?.runs.map(({ rounded }) => rounded?.[quantizer]) ?? [];
  return values.filter((value) => value != null);
}

/** Accuracy of each recipe, beside plain training by the same quantizer with the same seeds. */
export function recipeCells(section: Section): Cells[] {
  const groups = groupsOf(section);
  return groups.map((group) => {
    const plain = groups.find(
      ({ quantizer, recipe }) => quantizer === group.quantizer && recipe === 'plain',
    );
    const isPlain = group.recipe === 'plain';
    const gains = isPlain ? [] : pairedDifferences(group, plain);
    const better = gains.filter((gain) => gain > 0).length;
    const floats = group.runs.flatMap(({ floatAccuracy }) => floatAccuracy ?? []);
    return {
      quantizer: group.quantizer,
      recipe: group.recipe,
      'accuracy, %': spreadText(
        group.runs.map(({ accuracy }) => accuracy),
        twoDigits,
      ),
      seeds: String(group.runs.length),
      'against plain': spreadText(gains, signed),
      'better in': isPlain ? '' : `${better} of ${gains.length}`,
      'float net': spreadText(floats, twoDigits),
      'seconds a run': seconds(group),
    };
  });
}

const twoDigits = (value: number) => value.toFixed(2);

const seconds = ({ runs }: Group) => spreadOf(runs.map((run) => run.seconds)).mean.toFixed(0);
