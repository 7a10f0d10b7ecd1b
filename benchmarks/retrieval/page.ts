import { commandLine, machine } from '../../examples/support/machine';
import { markdownTable, milliseconds, type Cells } from '../support/tables';
import { K, RECALL_QUERIES } from './cases';
import { SERVER_SETTINGS } from './databases';
import { CENTERS } from './descriptors';
import type { KeptRow, Measured } from './measure';

export function searchCells({ searches }: Measured): Cells[] {
  return searches.map(({ descriptors, engine, queries, ms, quartiles }) => ({
    descriptors,
    'queries a call': `${queries}`,
    engine,
    'ms a query': milliseconds(ms, quartiles),
  }));
}

export function keptCells({ kept }: Measured): Cells[] {
  return kept.map(({ descriptors, engine, addSeconds, bytes, graph, recall }: KeptRow) => ({
    descriptors,
    engine,
    's to add': addSeconds.toFixed(1),
    MB: megabytes(bytes),
    's for HNSW': graph?.seconds.toFixed(0) ?? '-',
    'MB of HNSW': graph == null ? '-' : megabytes(graph.bytes),
    'HNSW finds the nearest': recall == null ? '-' : percent(recall.nearest),
    [`of the ${K} nearest`]: recall == null ? '-' : percent(recall.nearestK),
  }));
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const settings = Object.entries(SERVER_SETTINGS).map(([name, value]) => `\`${name} = ${value}\``);

export const markdown = (measured: Measured) => `# Retrieval

Made by \`${commandLine('bench:retrieval')}\` on ${machine()}, with Node ${process.versions.node}.

The ${K} nearest of all descriptors by Hamming distance. Exact searches found the same on every engine, ties included.
Times are medians of whole calls by the number of their queries, with the quartiles in brackets; the engines take turns.

- **Descriptors** are made, from fixed seeds, and the same for all engines: each is one of ${CENTERS.toLocaleString('en-US')} centers with a quarter of
  its bits changed, and each query a descriptor with an eighth of its bits changed. Among independent random
  descriptors all would be equally far from a query, and approximate searches would find nothing.
- \`memoryEngine\`, **PGlite** and **PostgreSQL** are searched through \`placeIndex\`: \`memoryEngine\` on one thread, with SIMD
  in WebAssembly or in plain JavaScript; PGlite on one thread, in the same process; PostgreSQL in a server of its own, on
  the same machine, which may share an exact search among its processes. It has its default settings but for
  ${settings.join(', ')}.
- **FAISS** is Debian's \`python3-faiss\`, on one thread, and times itself in a process of its own.
- A database searches for one query after the other, and so does plain JavaScript: with more queries a call, one takes as
  long.

${markdownTable(searchCells(measured))}

What it takes to keep the descriptors: the time of all \`add\` calls, the bytes on disk (for \`memoryEngine\`, what \`save\` gives;
for databases tables and indexes, without their logs), and the same for the HNSW graph of \`buildApproximate\`. The last two
columns compare approximate searches with exact ones, for ${RECALL_QUERIES} queries: how often the nearest place was found, and
what share of the ${K} nearest. Of places at one distance each is right.

${markdownTable(keptCells(measured))}

Left out, because building takes too long to repeat: an HNSW graph of a million descriptors, and PGlite with a million.
`;
