/*
 * Completes dist/ after tsup, and the `exports` of package.json, from scripts/entries.cjs.
 *
 * However a program mixes `import`, `require` and entries, it must get one copy of the package: two would
 * register two classes "BitLinear". The entries share their code by chunks. In Node, `import` gives the
 * CommonJS build that `require` gives, by the files written here; bundlers take the ESM build for both, by
 * the condition "module".
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import entries from './entries.cjs';
import { main, root, say } from './steps.mjs';

const require = createRequire(import.meta.url);

await main('write_entries', () => {
  for (const name of Object.keys(entries)) {
    write(`${name}.node.mjs`, `export { ${exportsOf(name).join(', ')} } from './${name}.js';\n`);
    write(`${name}.d.mts`, `export * from './${name}.js';\n`);
  }
  updateManifest();
});

/** Named one by one, as bundlers do not see through `export *` from CommonJS. */
function exportsOf(name) {
  return Object.keys(require(`../dist/${name}.js`));
}

function write(file, text) {
  writeFileSync(join(root, 'dist', file), text);
}

function updateManifest() {
  const path = join(root, 'package.json');
  const before = readFileSync(path, 'utf8');
  const manifest = JSON.parse(before);
  manifest.exports = Object.fromEntries(
    Object.keys(entries).map((name) => [name === 'index' ? '.' : `./${name}`, conditions(name)]),
  );
  manifest.exports['./package.json'] = './package.json';
  const others = Object.keys(entries).filter((name) => name !== 'index');
  // For compilers that know no `exports`.
  manifest.typesVersions = {
    '*': Object.fromEntries(others.map((name) => [name, [`./dist/${name}.d.ts`]])),
  };
  const after = `${JSON.stringify(manifest, null, 2)}\n`;
  if (after === before) return;
  writeFileSync(path, after);
  say('package.json now has the entries of scripts/entries.cjs.');
}

function conditions(name) {
  const file = (extension) => `./dist/${name}.${extension}`;
  return {
    types: { import: file('d.mts'), default: file('d.ts') },
    node: { import: file('node.mjs'), default: file('js') },
    module: file('mjs'),
    import: file('mjs'),
    default: file('js'),
  };
}
