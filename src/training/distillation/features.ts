import type { Tensor } from '@tensorflow/tfjs-core';
import { layers, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { argumentError } from '../../errors';
import { oneOf, positiveNumber } from '../../options/check';
import { readOptions, type OptionTable, type Resolved } from '../../options/option_table';
import { LAYER_NAME, outputOf } from './layer_output';
import type { LayerMatch } from './layer_match';
import { directionLoss, meanSquareLoss } from './losses';
import { resizeGrid, type Grid } from './resize_grid';
import { classToken, patchTokens } from './token_parts';

/** Two layers whose outputs [batch, ..., width] should be alike. */
export interface FeatureMatch {
  /** Name of a layer of the student. */
  student: string;
  /** Name of a layer of the teacher. Its width may be another. */
  teacher: string;
  /**
   * The part of the outputs that counts. `'all'`: everything; the shapes differ at most in width.
   * `'class'`: the first token of [batch, tokens, width], or an output [batch, width]. `'patches'`: all
   * tokens but the first, or the places of a map [batch, rows, columns, width] such as a convolution gives;
   * where the teacher has another grid, the student's patches are resized to it (bilinearly, with half-pixel
   * centers). Default: `'all'`.
   */
  tokens?: 'all' | 'class' | 'patches';
  /** `'direction'`: mean((s / |s| - t / |t|)^2); `'meanSquare'`: mean((s - t)^2). Default: `'direction'`. */
  loss?: 'direction' | 'meanSquare';
  /** The factor of the loss. Default: 100 with `'direction'`, 1 with `'meanSquare'`. */
  weight?: number;
  /** Rows and columns of the student's patch tokens. Default: as many rows as columns. */
  studentGrid?: Grid;
  /** Rows and columns of the teacher's patch tokens. Default: as many rows as columns. */
  teacherGrid?: Grid;
}

const GRID = {
  expected: '[rows, columns], two positive integers',
  holds: (value: unknown) =>
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((length) => Number.isSafeInteger(length) && (length as number) > 0),
};

export const FEATURE_MATCH_OPTIONS = {
  student: LAYER_NAME,
  teacher: LAYER_NAME,
  tokens: { ...oneOf(['all', 'class', 'patches']), default: 'all' },
  loss: { ...oneOf(['direction', 'meanSquare']), default: 'direction' },
  weight: positiveNumber,
  studentGrid: GRID,
  teacherGrid: GRID,
} as const satisfies OptionTable<FeatureMatch>;

type Settings = Resolved<FeatureMatch, typeof FEATURE_MATCH_OPTIONS>;

const LOSSES = {
  direction: { loss: directionLoss, weight: 100 },
  meanSquare: { loss: meanSquareLoss, weight: 1 },
};

export interface FeaturePair extends LayerMatch {
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
  const settings = readOptions('distill', match, FEATURE_MATCH_OPTIONS, argument);
  checkGrids(settings, argument);
  const pair = {
    student: outputOf(student, match.student, `${argument}.student`),
    teacher: outputOf(teacher, match.teacher, `${argument}.teacher`),
  };
  const { loss, weight } = LOSSES[settings.loss];
  const take = partsOf(pair, settings, argument);
  return {
    ...pair,
    name: `${match.student}_to_${match.teacher}`,
    weight: settings.weight ?? weight,
    distance: (own, target) => loss(take.student(own), take.teacher(target)),
  };
}

/** Takes the tokens that count, in the teacher's grid. */
function partsOf(
  pair: Pick<LayerMatch, 'student' | 'teacher'>,
  { tokens, studentGrid, teacherGrid }: Settings,
  argument: string,
) {
  const [own, target] = [`${argument}.student`, `${argument}.teacher`] as const;
  if (tokens === 'class') {
    return { student: classToken(pair.student, own), teacher: classToken(pair.teacher, target) };
  }
  if (tokens === 'patches') {
    const student = patchTokens(pair.student, studentGrid, own);
    const teacher = patchTokens(pair.teacher, teacherGrid, target);
    const resized = (x: Tensor) => resizeGrid(student.take(x), teacher.grid);
    return { student: resized, teacher: teacher.take };
  }
  checkShapes(pair.student, pair.teacher, own);
  return { student: (x: Tensor) => x, teacher: (x: Tensor) => x };
}

function checkShapes(own: SymbolicTensor, target: SymbolicTensor, argument: string): void {
  const [actual, expected] = [own, target].map(({ shape }) => shape.slice(0, -1).concat(null));
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  const text = `a layer of output ${JSON.stringify(expected)} (null: any)`;
  throw argumentError('distill', argument, text, own.shape);
}

function checkGrids(settings: Settings, argument: string): void {
  for (const name of ['studentGrid', 'teacherGrid'] as const) {
    if (settings[name] == null || settings.tokens === 'patches') continue;
    const expected = "given with tokens 'patches' only";
    throw argumentError('distill', `${argument}.${name}`, expected, settings[name]);
  }
}

export interface Projection {
  readonly layer: layers.Layer;
  /** The student's output in the teacher's width. */
  readonly output: SymbolicTensor;
}

/** A linear layer from the student's width to the teacher's for each pair of layers whose widths differ, by name. */
export function projectionsFor(pairs: readonly FeaturePair[]): Map<string, Projection> {
  const projections = new Map<string, Projection>();
  for (const { student, teacher, name } of pairs) {
    const [width, units] = [student.shape.at(-1), teacher.shape.at(-1)!];
    if (width === units || projections.has(name)) continue;
    const layer = layers.dense({ units, useBias: false, name });
    projections.set(name, { layer, output: layer.apply(student) as SymbolicTensor });
  }
  return projections;
}
