/*
 * Draws what `trainingMetrics({write})` wrote, for a person to look at.
 *
 *   npm start                                          trains, and writes models/mnist/training.jsonl
 *   npm run report -- models/mnist/training.jsonl      draws training.svg and training.html beside it
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { chart } from './chart';
import { parseLines } from './lines';
import { page } from './page';

async function main() {
  const [file] = new Command('npm run report --')
    .description('Draws what trainingMetrics({write}) wrote, as SVG and HTML beside the file.')
    .argument('<file>', 'JSON lines, such as models/mnist/training.jsonl of npm start')
    .parse().processedArgs as [string];
  const epochs = parseLines(await readText(file), file);
  const svg = await chart(epochs);
  const target = file.replace(/\.jsonl$/, '');
  await writeFile(`${target}.svg`, svg);
  await writeFile(`${target}.html`, page(basename(target), epochs, svg));
  console.log(`Drawn: ${target}.svg and ${target}.html`);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const remedy = 'npm start writes models/mnist/training.jsonl.';
    throw new Error(`${file} cannot be read: ${(error as Error).message}. ${remedy}`);
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
