import { layers, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { nonEmptyString, positiveNumber } from '../../options/check';
import { readOptions, type OptionTable } from '../../options/option_table';
import { nodesIn } from '../../tfjs/container_nodes';
import { outputTensors } from '../../tfjs/layer_nodes';

/** Two layers whose outputs [batch, ..., width] should point in the same direction. */
export interface FeatureMatch {
  /** Name of a layer of the student. */
  student: string;
  /** Name of a layer of the teacher. Its output may differ from the student's only in width. */
  teacher: string;
  /** The factor of the mean square of the difference of the unit vectors. Default: 100. */
  weight?: number;
}

const LAYER_NAME = { ...nonEmptyString, expected: 'the name of a layer' };

export const FEATURE_MATCH_OPTIONS = {
  student: { ...LAYER_NAME, required: true },
  teacher: { ...LAYER_NAME, required: true },
  weight: { ...positiveNumber, default: 100 },
} as const satisfies OptionTable<FeatureMatch>;

export interface FeaturePair {
  readonly student: SymbolicTensor;
  readonly teacher: SymbolicTensor;
  readonly weight: number;
  /** The name of the projection: "STUDENT_to_TEACHER". */
  readonly name: string;
}

/** The outputs that `match` names. @throws if it names no layer, or the outputs cannot be compared. */
export function findFeatures(
  student: LayersModel,
  teacher: LayersModel,
  match: FeatureMatch,
  index: number,
): FeaturePair {
  const argument = `features[${index}]`;
  const { weight } = readOptions('distill', match, FEATURE_MATCH_OPTIONS, argument);
  const own = outputOf(student, match.student, `${argument}.student`);
  const target = outputOf(teacher, match.teacher, `${argument}.teacher`);
  const [actual, expected] = [own, target].map(({ shape }) => shape.slice(0, -1).concat(null));
  if (JSON.stringify(actual) !== JSON.stringify(expected)) {
    const text = `a layer of output ${JSON.stringify(expected)} (null: any)`;
    throw argumentError('distill', `${argument}.student`, text, own.shape);
  }
  const name = `${match.student}_to_${match.teacher}`;
  return { student: own, teacher: target, weight, name };
}

/** A linear layer from the student's width to the teacher's; undefined where they are equal. */
export function projectionFor({ student, teacher, name }: FeaturePair): layers.Layer | undefined {
  const [width, units] = [student.shape.at(-1), teacher.shape.at(-1)!];
  return width === units ? undefined : layers.dense({ units, useBias: false, name });
}

function outputOf(model: LayersModel, name: string, argument: string): SymbolicTensor {
  const layer = model.layers.find((candidate) => candidate.name === name);
  if (layer == null) {
    const names = JSON.stringify(model.layers.map((candidate) => candidate.name));
    throw argumentError('distill', argument, `one of the layers ${names}`, name);
  }
  const outputs = (nodesIn(model).get(layer) ?? []).flatMap(outputTensors);
  if (outputs.length !== 1) {
    throw argumentError('distill', argument, 'a layer with one output, used once', name);
  }
  return outputs[0]!;
}
