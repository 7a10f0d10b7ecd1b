import { writeMarkdown } from '../support/document';
import { commandLine, machine } from '../support/machine';
import type { Bytes, Speed } from './measure';
import type { GptOptions } from './options';
import { newTable } from '../support/table';

export interface Results {
  /** Nats per character of the validation text. */
  readonly loss: { readonly float: number; readonly bitnet: number; readonly deployed: number };
  readonly parameters: number;
  /** Whether all floats of the deployed net were equal to those of the trained one. */
  readonly identical: boolean;
  readonly bytes: Bytes;
  readonly speeds: Speed[];
  /** What the packed net wrote. */
  readonly text: string;
}

type Row = string[];

interface Table {
  readonly header: Row;
  readonly rows: Row[];
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US');

function comparison({ loss, bytes }: Results): Table {
  const size = (what: string, { float, deployed }: Bytes['weights']): Row => {
    return [what, whole(float), whole(deployed), `1/${(float / deployed).toFixed(2)}`];
  };
  const difference = (loss.deployed - loss.float).toFixed(4);
  const losses = [loss.float.toFixed(4), loss.deployed.toFixed(4)];
  return {
    header: [' ', 'float', 'deployed', 'deployed / float'],
    rows: [
      ['validation loss, nats per character', ...losses, `+${difference}`.replace('+-', '-')],
      size('kernels and scales of the ternary layers, bytes', bytes.bitLinear),
      size('all weights on disk, bytes', bytes.weights),
    ],
  };
}

const NETS = {
  stock: 'float, stock layers of TensorFlow.js',
  float: 'float, attention and normalization of tfjs-bitcore',
  deployed: 'deployed',
};

function speedTable({ speeds }: Results): Table {
  const kinds = Object.keys(NETS) as Array<keyof typeof NETS>;
  return {
    header: [
      'characters per second, batch 1',
      ...speeds.flatMap(({ backend }) => [backend, 'times the stock net']),
    ],
    rows: kinds.map((kind) => [
      NETS[kind],
      ...speeds.flatMap((speed) => [whole(speed[kind]), (speed[kind] / speed.stock).toFixed(2)]),
    ]),
  };
}

export function printResults(results: Results): void {
  for (const { header, rows } of [comparison(results), speedTable(results)]) {
    const columns = header.map((title, i) => ({
      name: String(i),
      title,
      alignment: i === 0 ? ('left' as const) : ('right' as const),
    }));
    const table = newTable({ columns });
    for (const row of rows) table.addRow({ ...row });
    table.printTable();
  }
  console.log(
    `The deployed net is identical to the trained one: ${results.identical ? 'yes' : 'NO'}`,
  );
}

function markdown({ header, rows }: Table): string {
  const rule = header.map((_, i) => (i === 0 ? '---' : '--:'));
  return [header, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export async function writeReport(
  file: string,
  results: Results,
  { layers, width, heads, context, steps, batch, text, temperature }: GptOptions,
): Promise<void> {
  const lines = [
    '# A character transformer',
    `Made by \`${commandLine('example:gpt')}\` on ${machine()}.`,
    `${results.parameters.toLocaleString('en-US')} parameters: ${layers} layers of width ${width}, ` +
      `${heads} heads, a context of ${context} characters. Its linear layers (query, key, value and ` +
      'output of attention, both of the MLP) are `tf.layers.dense` or `bitLinear`; embedding, ' +
      'normalizations and head are float. Both nets were trained in the same way, from the same first numbers: ' +
      `${steps.toLocaleString('en-US')} steps of ${batch} windows of ` +
      `${text == null ? 'the King James Bible' : `\`${text}\``}, Adam, and a learning rate that falls to zero by a cosine after a warm-up. ` +
      'The last tenth of the text was kept for validation.',
    markdown(comparison(results)),
    markdown(speedTable(results)),
    'The stock net has the same shape, with `tf.layers.layerNormalization` and an attention of operations of ' +
      'TensorFlow.js, which has no layer for it. It is there for its speed only, and is not trained.',
    `The deployed net is identical to the trained one, float by float: **${results.identical ? 'yes' : 'no'}** ` +
      `(validation loss before \`deploy\`: ${results.loss.bitnet.toFixed(4)}).`,
    `## What the packed net writes after the prompt in brackets (temperature ${temperature})`,
    ['```text', results.text, '```'].join('\n'),
  ];
  await writeMarkdown(file, lines.join('\n\n'));
}
