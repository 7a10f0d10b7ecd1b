import { pick } from './json_damage';

type Random = () => number;

/** Commands that are right, in a folder with the models `float`, `ternary` and `deployed`. */
const RIGHT: readonly string[][] = [
  ['summary', 'float'],
  ['summary', 'ternary', '--json'],
  ['summary', 'deployed/model.json'],
  ['convert', 'float', 'out', '--quantizer', 'twn', '--skip', 'first*'],
  ['convert', 'float', 'out', '--quantizer', '{"name":"bitnet","perOutput":true}'],
  ['convert', 'float', 'out', '--input-quantizer', 'none', '--convert-outputs'],
  ['deploy', 'ternary', 'out'],
  ['deploy', 'ternary/model.json', 'out', '--json'],
  ['verify', 'ternary', 'deployed', '--rows', '8'],
  ['verify', 'ternary', 'deployed', '--shape', '20', '--json'],
];

/** What stands at the wrong place, or is no value of any option. */
const WORDS = [
  ...[
    '',
    '-',
    '--',
    '--rows',
    '--shape',
    '--skip',
    '--quantizer',
    '--json',
    '--fast',
    '-x',
    '--rows=0',
  ],
  ...[
    '0',
    '-1',
    '1e3',
    'NaN',
    '99999999999',
    '20,20',
    '20,',
    'x',
    '*',
    '{',
    '{}',
    '[]',
    'null',
    '{"name":3}',
  ],
  ...[
    '{"name":"lsq","eps":0}',
    'none',
    'int4',
    'float',
    'out',
    'note.txt',
    'note.txt/out',
    'empty',
    'float/out',
  ],
];

/** A right command with one to three mistakes. */
export function mistakenArguments(random: Random): string[] {
  const args = [...pick(random, RIGHT)];
  const mistakes = 1 + Math.floor(random() * 3);
  for (let i = 0; i < mistakes; i++) makeMistake(args, random);
  return args;
}

function makeMistake(args: string[], random: Random): void {
  const at = Math.floor(random() * args.length);
  const other = Math.floor(random() * args.length);
  const mistakes: Array<() => void> = [
    () => args.splice(at, 1),
    () => args.splice(at, 0, pick(random, WORDS)),
    () => args.splice(at, 1, pick(random, WORDS)),
    () => args.splice(at, 0, args[other] ?? ''),
    () => ([args[at], args[other]] = [args[other] ?? '', args[at] ?? '']),
    () => (args[at] = withTypo(args[at] ?? '', random)),
  ];
  pick(random, mistakes)();
}

/** One letter more, less or other. It leads to no other folder. */
function withTypo(text: string, random: Random): string {
  const at = Math.floor(random() * (text.length + 1));
  const letter = pick(random, ['', 'a', '-', '1', '=', ',']);
  return text.slice(0, at) + letter + text.slice(at + Math.floor(random() * 2));
}
