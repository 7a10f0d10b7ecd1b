/*
 * Draws what `trainingMetrics({write})` wrote, for a person to look at.
 *
 *   npm start                                          trains, and writes models/mnist/training.jsonl
 *   npm run report -- models/mnist/training.jsonl      draws training.svg and training.html beside it
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { chart } from './chart';
import { parseLines } from './lines';
import { page } from './page';

async function main() {
  const [file] = parseArgs({ allowPositionals: true }).positionals;
  if (file == null) throw new Error('Name a file of JSON lines: npm run report -- FILE');
  const epochs = parseLines(await readFile(file, 'utf8'), file);
  const svg = await chart(epochs);
  const target = file.replace(/\.jsonl$/, '');
  await writeFile(`${target}.svg`, svg);
  await writeFile(`${target}.html`, page(basename(target), epochs, svg));
  console.log(`Drawn: ${target}.svg and ${target}.html`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
