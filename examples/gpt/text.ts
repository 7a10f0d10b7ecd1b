import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';

/** Share of the text, at its end, that is not used for training. */
const VALIDATION_SHARE = 0.1;

/** `-f`: each verse on a line of its own, after its place ("Ge1:1 "). */
const BIBLE = ['-f', 'Gen1:1-Rev22:21'];
const MAX_BYTES = 64 * 2 ** 20;

/** The text of a file; without one the King James Bible of Debian's package bible-kjv, one verse for each line. */
export function readText(file: string | undefined): string {
  return file == null ? verses(printedBible()) : textOf(file);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`--text ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function printedBible(): string {
  try {
    return execFileSync('bible', BIBLE, { encoding: 'utf8', maxBuffer: MAX_BYTES });
  } catch (error) {
    const remedy = 'Install it (apt-get install bible-kjv), or give a text with --text FILE.';
    throw new Error(`The command "bible" did not print the text: ${remedy}`, { cause: error });
  }
}

/** Lines without the places before them. @throws if a line has none, because it is not a verse then. */
export function verses(printed: string): string {
  const lines = printed.trimEnd().split('\n');
  const texts = lines.map((line) => {
    const verse = /^\w+:\d+ (.+)$/.exec(line)?.[1];
    if (verse != null) return verse;
    throw new Error(
      `The command "bible" printed a line that is not a verse: ${JSON.stringify(line)}`,
    );
  });
  return texts.join('\n') + '\n';
}

export interface Corpus {
  /** The different characters of the text; a number stands for the character at that place. */
  readonly characters: string[];
  readonly train: Int32Array;
  readonly validation: Int32Array;
}

/** @throws if a part is too short for a window of `context` characters and the one after it. */
export function encodeText(text: string, context: number): Corpus {
  const all = [...text];
  const characters = [...new Set(all)].sort();
  const codes = encode(all, characters);
  const end = Math.floor(codes.length * (1 - VALIDATION_SHARE));
  const corpus = { characters, train: codes.subarray(0, end), validation: codes.subarray(end) };
  const shortest = Math.min(corpus.train.length, corpus.validation.length);
  if (shortest > context) return corpus;
  const least = Math.ceil((context + 1) / VALIDATION_SHARE);
  throw new Error(`The text must have at least ${least} characters, got ${all.length}.`);
}

/** @throws if a character is not one of `characters`. */
export function encode(text: Iterable<string>, characters: string[]): Int32Array {
  const numbers = new Map(characters.map((character, i) => [character, i]));
  return Int32Array.from([...text], (character) => {
    const number = numbers.get(character);
    if (number != null) return number;
    throw new Error(`The text of the training has no ${JSON.stringify(character)}.`);
  });
}

export interface Windows {
  /** One-hot, float32 [windows, context, characters]. */
  readonly xs: tf.Tensor3D;
  /** The same, one character later. */
  readonly ys: tf.Tensor3D;
}

/** Windows of `context` characters that begin at `starts`, and what follows each character. */
export function windowsAt(
  codes: Int32Array,
  starts: ArrayLike<number>,
  context: number,
  vocabulary: number,
): Windows {
  const [xs, ys] = [0, 1].map((shift) =>
    tf.tidy(() => {
      const rows = Array.from(starts, (start) =>
        codes.subarray(start + shift, start + shift + context),
      );
      const numbers = tf.tensor2d(
        Int32Array.from(rows.flatMap((row) => [...row])),
        [starts.length, context],
        'int32',
      );
      return tf.cast(tf.oneHot(numbers, vocabulary), 'float32') as tf.Tensor3D;
    }),
  );
  return { xs: xs, ys: ys };
}
