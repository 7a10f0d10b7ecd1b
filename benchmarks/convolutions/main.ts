/*
 * Packed convolutions against those of TensorFlow.js, one image at a time: single ones, and whole nets.
 *
 *   npm run bench:convolutions                    keep the machine quiet
 *   npm run bench:convolutions -- --quick         less exact, without the backend cpu
 *   npm run bench:convolutions -- --markdown docs/convolutions.md
 */
import { Command } from 'commander';
import { writeMarkdown } from '../../examples/support/document';
import { commandLine, machine } from '../../examples/support/machine';
import { median } from '../../examples/support/median';
import { FULL, QUICK, type Effort } from '../plan';
import { compile, nextMessage, nodeProgram, startProcess } from '../support/processes';
import { progressBar } from '../support/progress_bar';
import { quantile } from '../support/statistics';
import { markdownTable, milliseconds, printTable, type Cells } from '../support/tables';
import { NETS, type NetName } from './nets';
import { macsOf, shapeName, SHAPES } from './shapes';
import type { Reply, Request, Times } from './worker';

const NET_NAMES = Object.keys(NETS) as NetName[];

/** How many times faster than TensorFlow.js a single convolution is to be, and a whole net. */
const GOALS = {
  cpu: { simd128: 20, relaxed: 20 },
  wasm: { simd128: 2.5, relaxed: 3 },
  tensorflow: undefined,
} as const;
const NET_GOALS: Readonly<Record<NetName, number>> = { 'ResNet-18': 3, MobileNetV2: 1.8 };

interface Options {
  readonly quick: boolean;
  readonly node?: string[];
  readonly markdown?: string;
}

/** Where it ran. */
interface Place {
  readonly node: number;
  readonly backend: Request['backend'];
  readonly engine: string;
  readonly threads: number;
}

interface Measured extends Place {
  readonly times: readonly Times[];
}

async function measured(file: string, node: number, request: Request): Promise<Measured> {
  const child = startProcess(nodeProgram(node), file, [JSON.stringify(request)]);
  const name = `convolutions on ${request.backend} and Node ${node}`;
  const reply = await nextMessage<Reply>(child, name);
  if ('error' in reply) throw new Error(`${name}: ${reply.error}`);
  return { ...reply, node, backend: request.backend };
}

function placeCells({ node, backend, engine, threads }: Place): Cells {
  return { Node: String(node), backend, engine, threads: String(threads) };
}

const text = (times: readonly number[]) =>
  milliseconds(median(times), [quantile(times, 0.25), quantile(times, 0.75)]);

const ratioOf = ({ ours, float }: Times) => median(float) / median(ours);

const reached = (ratio: number, goal: number | undefined) =>
  goal == null ? '' : `${goal.toFixed(1)}: ${ratio >= goal ? 'yes' : 'no'}`;

function shapeCells(place: Measured): Cells[] {
  const { backend, engine, times } = place;
  const goal = GOALS[backend]?.[engine.startsWith('relaxed') ? 'relaxed' : 'simd128'];
  return SHAPES.map((shape, i): Cells => {
    const gmacs = (ms: readonly number[]) => (macsOf(shape) / median(ms) / 1e6).toFixed(1);
    return {
      'h,w,in,out,k,stride': shapeName(shape),
      ...placeCells(place),
      ms: text(times[i].ours),
      'its ms': text(times[i].float),
      'times faster': ratioOf(times[i]).toFixed(2),
      goal: reached(ratioOf(times[i]), goal),
      'GMAC/s': gmacs(times[i].ours),
      'GMAC/s of BitLinear': gmacs(times[i].alike),
    };
  });
}

function netCells(place: Measured): Cells[] {
  return NET_NAMES.map((name, i): Cells => {
    const times = place.times[i];
    const goal = place.backend === 'wasm' ? NET_GOALS[name] : undefined;
    return {
      net: name,
      ...placeCells(place),
      ms: text(times.ours),
      'its ms': text(times.float),
      'times faster': ratioOf(times).toFixed(2),
      goal: reached(ratioOf(times), goal),
      'folded: ms': text(times.alike),
      'folded: times faster': (median(times.float) / median(times.alike)).toFixed(2),
    };
  });
}

/** The mean over the shapes of how many times faster they are. */
function meanCells(place: Measured): Cells {
  const ratios = place.times.map(ratioOf);
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return { ...placeCells(place), 'times faster, mean': mean.toFixed(2) };
}

async function measureAll(nodes: readonly number[], quick: boolean) {
  const file = compile('convolutions/worker');
  const effort: Effort = quick ? QUICK : FULL;
  const backends = quick
    ? (['wasm', 'tensorflow'] as const)
    : (['cpu', 'wasm', 'tensorflow'] as const);
  const requests: Request[] = [
    ...backends.map((backend) => ({ backend, effort })),
    // A whole net takes tfjs's cpu backend minutes.
    ...(['wasm', 'tensorflow'] as const).map((backend) => ({ backend, effort, nets: NET_NAMES })),
  ];
  const bar = progressBar(nodes.length * requests.length);
  const [shapes, nets]: [Measured[], Measured[]] = [[], []];
  try {
    for (const node of nodes) {
      for (const request of requests) {
        bar.update({ task: `${request.backend} on Node ${node}` });
        (request.nets == null ? shapes : nets).push(await measured(file, node, request));
        bar.increment();
      }
    }
  } finally {
    bar.stop();
  }
  return { shapes, nets };
}

interface Tables {
  readonly shapes: Cells[];
  readonly means: Cells[];
  readonly nets: Cells[];
}

const markdown = ({ shapes, means, nets }: Tables) => `# Speed of convolutions

Made by \`${commandLine('bench:convolutions')}\` on ${machine()}.

A deployed [\`bitConv2d\`](guides/convolutions.md) against \`tf.layers.conv2d\` on the same backend, one image at a time: medians
of \`predict\`, with the output in a JavaScript array and the quartiles in brackets. They take turns in one process. On \`wasm\`,
both have one thread; tfjs-node has all cores. _GMAC/s of BitLinear_ is the speed of a deployed \`bitLinear\` on as many
rows as the convolution has windows, each with as many inputs.

${markdownTable(shapes)}

The mean of the six shapes:

${markdownTable(means)}

## Whole nets

Nets with random weights, for an image of 224 pixels, and what \`deploy(convert(net))\` makes of them: the first convolution,
depthwise ones and the last Dense layer stay float. _Folded_ is \`deploy(convert(net), {fold: true})\`.

${markdownTable(nets)}
`;

async function main() {
  const {
    quick,
    node,
    markdown: file,
  } = new Command('npm run bench:convolutions --')
    .option('--quick', 'fewer turns, and not on the backend cpu', false)
    .option('--node <major...>', 'versions of Node; this one and 24 if left out')
    .option('--markdown <file>', 'writes the tables to a file too')
    .parse()
    .opts<Options>();
  const running = Number(process.versions.node.split('.')[0]);
  const nodes = [...new Set(node?.map(Number) ?? [running, 24])];
  const { shapes, nets } = await measureAll(nodes, quick);
  const tables: Tables = {
    shapes: shapes.flatMap(shapeCells),
    means: shapes.map(meanCells),
    nets: nets.flatMap(netCells),
  };
  printTable('One convolution: median (quartiles)', tables.shapes);
  printTable('Mean of the six', tables.means);
  printTable('Whole nets, one image of 224 pixels', tables.nets);
  if (file) await writeMarkdown(file, markdown(tables));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
