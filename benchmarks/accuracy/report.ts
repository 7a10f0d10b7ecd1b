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

Per cent of the 10,000 test images that a net gets right: mean over the seeds, and in brackets the standard
deviation. Each section names the command that makes it (with tfjs-node, from \`npm run setup:tfjs-node\`).

The net: 784 - 256 - 256 - 10; each hidden layer is a ternary one without bias, then layer normalisation and
ReLU; a float head. Adam, learning rate 1e-3 falling to zero by a cosine, batches of 128, cross-entropy, no
weight decay. Initial weights and the order of the data follow from the seed.
Seconds are those of training, beside other work: ${placesOf(runs)}.

- "Reference": an independent implementation of the same formulas in numpy, with the same net and recipe, mean
  of 3 seeds.
- "Only rounded": the trained float net with its hidden kernels made ternary by the rule, without any training.
  (Rules that learn their scale have none to round by.)
- Recipes: "schedule" is \`quantizationSchedule({type: 'logistic'})\`, "distillation"
  \`distill(student, teacher)\` with its defaults, "both" the two together, "plain" neither. The float net that
  teaches, and where a title says so is trained on, has seen all examples for ${FLOAT_EPOCHS} epochs.
- "Against" float or plain: the difference between runs of the same seed.

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
