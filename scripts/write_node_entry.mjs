// In Node, `import` and `require` must give one copy of the package: two would register two classes
// "BitLinear". So the entry for Node's `import` re-exports the CommonJS build.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const names = Object.keys(require('../dist/index.js'));
const lines = [
  "import bitcore from './index.js';",
  `export const { ${names.join(', ')} } = bitcore;`,
];
writeFileSync(new URL('../dist/node.mjs', import.meta.url), lines.join('\n') + '\n');
