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

type Row = [what: string, float: string, deployed: string, ratio: string];

function rows({ loss, bytes, speeds }: Results): Row[] {
  const whole = (value: number) => Math.round(value).toLocaleString('en-US');
  const size = (what: string, { float, deployed }: Bytes['weights']): Row => {
    return [what, whole(float), whole(deployed), `1/${(float / deployed).toFixed(2)}`];
  };
  const difference = (loss.deployed - loss.float).toFixed(4);
  return [
    [
      'validation loss, nats per character',
      loss.float.toFixed(4),
      loss.deployed.toFixed(4),
      `+${difference}`.replace('+-', '-'),
    ],
    size('kernels and scales of the ternary layers, bytes', bytes.bitLinear),
    size('all weights on disk, bytes', bytes.weights),
    ...speeds.map(({ backend, float, deployed }): Row => {
      const what = `characters per second on ${backend}, batch 1`;
      return [what, whole(float), whole(deployed), `${(deployed / float).toFixed(2)} x`];
    }),
  ];
}

export function printResults(results: Results): void {
  const table = newTable({
    columns: [
      { name: 'what', title: ' ', alignment: 'left' },
      ...['float', 'deployed', 'ratio'].map((name) => ({
        name,
        title: name === 'ratio' ? 'deployed / float' : name,
      })),
    ],
  });
  for (const [what, float, deployed, ratio] of rows(results)) {
    table.addRow({ what, float, deployed, ratio });
  }
  table.printTable();
  console.log(
    `The deployed net is identical to the trained one: ${results.identical ? 'yes' : 'NO'}`,
  );
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
    [
      '| | float | deployed | deployed / float |',
      '| --- | --: | --: | --: |',
      ...rows(results).map((row) => `| ${row.join(' | ')} |`),
    ].join('\n'),
    `The deployed net is identical to the trained one, float by float: **${results.identical ? 'yes' : 'no'}** ` +
      `(validation loss before \`deploy\`: ${results.loss.bitnet.toFixed(4)}).`,
    `## What the packed net writes after the prompt in brackets (temperature ${temperature})`,
    ['```text', results.text, '```'].join('\n'),
  ];
  await writeMarkdown(file, lines.join('\n\n'));
}
