import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeMarkdown } from '../../examples/support/document';
import { markdownTable, type Cells } from '../support/tables';
import { chart } from './chart';
import type { Run } from './results';
import { commandOf, isPlain, plainOf, sectionsOf, type Section } from './sections';
import { quantizerCells, recipeCells } from './tables';
import { FLOAT_EPOCHS } from './training';

/** Writes accuracy.md and accuracy.svg. */
export async function writeReport(runs: readonly Run[], folder: string): Promise<void> {
  const sections = sectionsOf(runs);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'accuracy.svg'), await chart(sections));
  const text = `${introduction(runs)}\n${sections.map(sectionText).join('\n')}`;
  await writeMarkdown(join(folder, 'accuracy.md'), text);
}

/** Where the runs were trained, which need not be where the report is written. */
function placesOf(runs: readonly Run[]): string {
  const places = new Set(runs.map(({ place }) => place ?? 'a machine that was not noted'));
  return [...places].join('; ');
}

function introduction(runs: readonly Run[]): string {
  return `# Accuracy

The figures are per cent of the 10,000 test images that a net classifies right: the mean over the seeds, and in
brackets the standard deviation. Each section names the command that makes it (with tfjs-node, from
\`npm run setup:tfjs-node\`).

The net is 784 - 256 - 256 - 10. Each hidden layer is a ternary layer without bias, followed by layer normalization and
ReLU; the head is float. "Net of convolutions" in a title names another one: a float convolution of 5x5 with strides of
2 to 32 channels; two stages of 64 and 128 channels, each a window of 3x3 with strides of 2 and a residual window of
1x1, both ternary, without bias and with batch normalization; the mean over positions; and a float head. It has
116,298 parameters, of which 112,640 are ternary.

Training uses Adam, a learning rate that falls from 1e-3 to zero by a cosine, batches of 128,
cross-entropy and no weight decay. Initial weights and the order of the data follow from the seed.
The seconds are those of training, beside other work: ${placesOf(runs)}.

- "Reference" is an independent implementation of the same formulas in numpy, with the same net and recipe: the mean
  of 3 seeds.
- "Only rounded" is the trained float net whose hidden kernels the rule made ternary, without any training.
  (Rules that learn their scale have no scale before training.)
- "bitnet:position" is bitnet with a scale of the inputs for each position where the window is 1x1, instead of one for
  the image.
- The recipe "schedule" is \`quantizationSchedule({type: 'logistic'})\`, "distillation" is
  \`distill(student, teacher)\` with its defaults, "both" is the two together, and "plain" is neither. The float net is
  the teacher; where a title says so, training starts from it. It has seen all examples for ${FLOAT_EPOCHS} epochs.
- "Against" float or plain is the difference between runs of the same seed.

![Every run, the means, and the reference](accuracy.svg)
`;
}

function sectionText(section: Section): string {
  return `## ${section.title}

\`\`\`sh
${commandOf(section)}
\`\`\`

${tablesOf(section).map(markdownTable).join('\n\n')}
`;
}

/** Quantizers beside the float net and the reference, recipes beside plain training; both if both were run. */
function tablesOf(section: Section): Cells[][] {
  if (isPlain(section)) return [quantizerCells(section)];
  const hasFloat = section.runs.some(({ quantizer }) => quantizer === 'float');
  return [...(hasFloat ? [quantizerCells(plainOf(section))] : []), recipeCells(section)];
}
