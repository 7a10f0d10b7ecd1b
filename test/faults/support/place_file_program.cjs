// usage: node place_file_program.cjs FILE FIRST COUNT
// Saves indexes of FIRST, FIRST + 1, ... places to a file, with dist/, and says "saved" after each.
const { placeFile } = require('../../../dist/folder.js');
const { memoryEngine, placeIndex } = require('../../../dist/retrieval.js');

const [path, first, count] = process.argv.slice(2);
const BITS = 2048;

void (async () => {
  const engine = memoryEngine();
  const index = await placeIndex({ bits: BITS, engine });
  const add = (id) => index.add([{ id: `${id}`, descriptor: new Uint8Array(BITS / 8).fill(id) }]);
  for (let id = 1; id < Number(first); id++) await add(id);
  for (let id = Number(first); id < Number(first) + Number(count); id++) {
    await add(id);
    await engine.save(placeFile(path));
    process.stdout.write('saved\n');
  }
})();
