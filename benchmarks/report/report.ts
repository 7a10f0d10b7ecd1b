import type { MemoryRow } from '../memory';
import type { NetRow } from '../nets/measure';
import type { PairRow } from '../pairs/measure';
import { markdownTable, printTable } from '../support/tables';
import {
  goalCells,
  memoryCells,
  netCells,
  pairCells,
  partCells,
  predictCells,
  productCells,
} from './cells';
import type { Row } from './rows';

interface Results {
  readonly command: string;
  readonly machine: string;
  readonly rows: readonly Row[];
  readonly pairs: readonly PairRow[];
  readonly nets: readonly NetRow[];
  readonly memory: readonly MemoryRow[];
}

const PREDICT_TITLE = 'predict of a net 1024-4096-4096-1024, deployed, against its float original';
const PAIRS_TITLE = 'In one process with the float original, taking turns';
const NETS_TITLE = 'Whole nets: predict of ViT-Base, one image of 322 pixels';
const PARTS_TITLE = 'Where the time of these nets goes, ms';

export function print({ rows, pairs, nets, memory }: Results): void {
  printTable('x . W + bias: median (quartiles)', productCells(rows));
  printTable(PREDICT_TITLE, predictCells(rows));
  printTable(PAIRS_TITLE, pairCells(pairs));
  printTable(NETS_TITLE, netCells(nets));
  printTable(PARTS_TITLE, partCells(nets));
  printTable('Memory of a deployed kernel', memoryCells(memory));
  printTable('Goals', goalCells(rows));
}

export function markdown(results: Results, svg: string | undefined): string {
  const { command, machine, rows, pairs, nets, memory } = results;
  return `# Benchmarks

Made by \`${command}\` on ${machine}.

Times are medians of whole calls, from an input tensor to the output in a JavaScript array, with the
quartiles in brackets. They include the quantization of the input, the bias and all overhead. Subjects take turns,
each in a process of its own. tfjs and tfjs-node multiply in float32 (\`tf.fused.matMul\`), tfjs-node on all
cores. The \`MatMulNBits\` of onnxruntime quantizes inputs to int8 (accuracy level 4) and runs on one thread. This package
is held to one thread on wasm, as its peers there, and runs on all cores on cpu and tensorflow. _Times faster_ is the
time of the peer divided by the time of this package, on the same version of Node.

${svg ? `![Speed by shape](${svg.split('/').at(-1)})\n` : ''}
## x . W + bias

${markdownTable(productCells(rows))}

## ${PREDICT_TITLE}

${markdownTable(predictCells(rows))}

## ${PAIRS_TITLE}

This package and layers of TensorFlow.js alone call after call in one process, as in an application that also does other
things: each call finds the caches as the other one left them. A \`predict\` is timed with the output in a JavaScript
array, a normalization is the layer's forward pass.

${markdownTable(pairCells(pairs))}
${nets.length > 0 ? netSection(nets) : ''}

## Memory of a deployed kernel

The first figure is measured by the growth of the process's resident memory (all copies, in any part of the
process), the second is what tfjs counts for tensors.

${markdownTable(memoryCells(memory))}

## Goals

The goals were set for two cores, on a machine where the peers had no 512-bit instructions.

${markdownTable(goalCells(rows))}
`;
}

function netSection(nets: readonly NetRow[]): string {
  return `
## ${NETS_TITLE}

A Vision Transformer of Base size with random weights: 530 tokens of 768 in 12 blocks of 12 heads. The first net has layers
of TensorFlow.js alone, and attention of its batched \`matMul\` and \`softmax\`. The second has the normalization, attention
and GELU of this package, and float kernels. The third has ternary kernels too, and is deployed; the embedding of the patches
is float. The last one is \`tetraBase\`, deployed: of the same sizes, with the additional normalizations of TeTRA, and a float
last block. The nets take turns, each in a process of its own. _Times faster_ compares with the first net on the same backend
and version of Node. The threads are those that share this package's work.

${markdownTable(netCells(nets))}

${PARTS_TITLE}. Products are whole linear layers, with the quantization of their inputs; attention is without its
projections.

${markdownTable(partCells(nets))}
`;
}
