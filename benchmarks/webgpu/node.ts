/* The program for Node, bundled with dawn.node beside it: node bench.cjs [MILLISECONDS [FILE]] */
import './dawn'; // before the backend asks for it
import { writeFileSync } from 'node:fs';
import { measure } from './measure';
import { printReport } from './report';

async function main(): Promise<void> {
  const [ms = '2000', file] = process.argv.slice(2);
  const report = await measure(Number(ms));
  printReport('Node', report);
  if (file != null) writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}

main().then(
  // Dawn keeps Node alive.
  () => process.exit(),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
