import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as bitcore from '../../src';
import * as io from '../../src/io/folder';
import * as retrieval from '../../src/retrieval';
import * as serving from '../../src/serving';
import * as training from '../../src/training';
import * as vision from '../../src/vision';
import { Declarations, type DeclaredOption } from '../support/declarations';
import { memory } from '../support/leaks';
import { weightValues } from '../support/models';
import {
  float,
  OPTION_CASES,
  PARTS,
  storage,
  student,
  WITHOUT_OPTIONS,
  type OptionCase,
} from '../support/option_cases';

/** The entries of the package, by file. */
const ENTRIES = {
  'src/index.ts': bitcore,
  'src/training/index.ts': training,
  'src/io/folder.ts': io,
  'src/vision/index.ts': vision,
  'src/retrieval/index.ts': retrieval,
  'src/serving/index.ts': serving,
};

/** A value of each kind that an option may have to refuse. */
const SAMPLES: Record<string, unknown> = {
  null: null,
  boolean: true,
  number: 1,
  string: 'no such value',
  array: [],
  object: {},
  function: () => undefined,
};

const declarations = new Declarations();
beforeAll(() => tf.setBackend('cpu'));

/** All that a refused call could have changed. */
function state() {
  const models = [float, student].map((model) => [model.getConfig(), weightValues(model)]);
  return JSON.stringify([memory(), models, storage.saved]);
}

/** The message of the error that a call gives, having changed nothing. */
async function refusal({ call }: OptionCase, options: unknown): Promise<string> {
  const before = state();
  const error = await (async () => call(options as never))().then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(state()).toBe(before);
  return error?.message ?? 'not refused';
}

/** What is wrong by the declared type: not the values of a kind that it has. */
function wrongValues({ kinds }: DeclaredOption, isOfTfjs: boolean): unknown[] {
  // tfjs declares more narrowly than it takes: null, any name or an object for it, any list for an object.
  const taken = isOfTfjs ? new Set([...kinds, 'null', ...typesOf(kinds)]) : kinds;
  const others = Object.entries(SAMPLES).filter(([kind]) => !taken.has(kind));
  return [...others.map(([, value]) => value), NaN, Symbol('none')];
}

function typesOf(kinds: ReadonlySet<string>): string[] {
  const loose = { literal: ['string', 'object', 'array'], array: ['object'], object: ['array'] };
  return [...kinds].flatMap((kind) => loose[kind as keyof typeof loose] ?? []);
}

/** The default in a comment; undefined for one in words. */
function defaultIn(doc: string): unknown {
  const text = /\bDefault: (.*?)\.(?=\s|$)/s.exec(doc)?.[1] ?? '';
  if (text === 'none') return [];
  try {
    return JSON.parse(text.replace(/^`(.*)`$/, '$1').replaceAll("'", '"'));
  } catch {
    return undefined;
  }
}

describe.each(OPTION_CASES.map((each) => [`${each.name} (${each.type})`, each] as const))(
  '%s',
  (_, each) => {
    const { table, where = each.name, argument = 'options', valid = {}, ofTfjs = [] } = each;
    const wrongOptions = each.areSpread ? [] : ['no object', [], 3];
    const names = Object.keys(table);
    const declared = declarations.optionsOf(each.type);
    const takes = `It takes ${names.join(', ')}.`;
    const called = (name: string) => (argument === 'options' ? name : `${argument}.${name}`);

    test('has a table of the options that its type declares, and takes right ones', async () => {
      expect([...names].sort()).toEqual([...declared.keys()].sort());
      await each.call(valid as never);
    });

    test('refuses what is no object, and names it does not know', async () => {
      for (const options of wrongOptions) {
        const expected = `${where}: ${argument} must be an object {${names.join(', ')}}, got `;
        expect(await refusal(each, options)).toContain(expected);
      }
      const message = `${where}: ${argument} has no "unheardOf". ${takes}`;
      expect(await refusal(each, { ...valid, unheardOf: 1 })).toBe(message);
    });

    test.each(names)(
      '%s: a misspelt name is refused, and the right one suggested',
      async (name) => {
        const misspelt = name + name.at(-1)!;
        const options = { ...valid, [misspelt]: valid[name] };
        const hint = `Did you mean "${name}"?`;
        const message = `${where}: ${argument} has no "${misspelt}". ${hint} ${takes}`;
        expect(await refusal(each, options)).toBe(message);
      },
    );

    test.each(names)('%s: a value of another type is refused', async (name) => {
      const { expected, holds } = table[name];
      for (const value of wrongValues(declared.get(name)!, ofTfjs.includes(name))) {
        const message = `${where}: ${called(name)} must be ${expected}, got `;
        expect(await refusal(each, { ...valid, [name]: value })).toContain(message);
      }
      for (const value of declared.get(name)!.literals) expect(holds(value)).toBe(true);
    });

    test.each(names)('%s: is optional or required as declared, and documented', async (name) => {
      const { expected, required, default: value } = table[name];
      const { doc } = declared.get(name)!;
      if (required) {
        const message = `${where}: ${called(name)} must be ${expected}, got undefined.`;
        expect(await refusal(each, { ...valid, [name]: undefined })).toBe(message);
      } else {
        await each.call({ ...valid, ...(name in valid ? {} : { [name]: undefined }) } as never);
      }
      if (ofTfjs.includes(name)) return;
      expect(doc).not.toBe('');
      const told = defaultIn(doc);
      // "none" is an empty list where a list is, and nothing elsewhere.
      const isNothing = value === undefined && Array.isArray(told);
      expect(isNothing ? undefined : told).toEqual(value);
    });
  },
);

describe('the list', () => {
  const functions = Object.values(ENTRIES).flatMap((entry) =>
    Object.entries(entry).filter(([, value]) => typeof value === 'function'),
  );
  const listed = OPTION_CASES.map(({ name }) => name);

  test('has every public function', () => {
    const known = new Set([...listed, ...WITHOUT_OPTIONS]);
    expect([...known].sort()).toEqual(functions.map(([name]) => name).sort());
  });

  test('has no function among those without options that takes some', () => {
    const taking = Object.keys(ENTRIES).flatMap((file) => declarations.takingOptions(file));
    expect(taking).toEqual(expect.arrayContaining(listed));
    expect(taking.filter((name) => WITHOUT_OPTIONS.includes(name))).toEqual([]);
  });

  test('has every table', () => {
    const folder = join(__dirname, '../../src');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((name) => name.endsWith('.ts'));
    const types = sources.flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return [...text.matchAll(/satisfies OptionTable<(.+)>;$/gm)].map(([, type]) => type);
    });
    const known = new Set([...OPTION_CASES.map(({ type }) => type), ...PARTS]);
    expect([...new Set(types)].sort()).toEqual([...known].sort());
  });

  test('a default in a comment is found, and one in words is none', () => {
    expect(defaultIn("Epochs. Default: `'step'`.")).toBe('step');
    expect(defaultIn('Default: 1e-5. More.')).toBe(1e-5);
    expect(defaultIn('Times\n0.5. Default: 0.1.')).toBe(0.1);
    expect(defaultIn('Default: false.')).toBe(false);
    expect(defaultIn('Default: that of `fit`.')).toBeUndefined();
  });
});
