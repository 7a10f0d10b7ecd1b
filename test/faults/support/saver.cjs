// usage: node saver.cjs FOLDER FIRST COUNT [KILL_AT]
// Saves the small models FIRST, FIRST + 1, ... to a folder with dist/folder.js, and says "ready" before. KILL_AT is
// the number of the call of the file system at which the process kills itself.
const fs = require('node:fs/promises');

const [path, first, count, killAt] = process.argv.slice(2);
const { folder } = require('../../../dist/folder.js');
const { artifacts } = require('./tagged_model.cjs');

if (killAt != null) killAtCall(Number(killAt));

void (async () => {
  process.stdout.write('ready\n');
  for (let tag = Number(first); tag < Number(first) + Number(count); tag++) {
    await folder(path).save(artifacts(tag));
  }
  process.stdout.write('saved\n');
})();

/** The calls of the file system, and of the files that are open, are counted in one row. */
function killAtCall(number) {
  let calls = 0;
  const count = (object) => {
    for (const name of Object.getOwnPropertyNames(object)) {
      const original = object[name];
      if (typeof original !== 'function' || name === 'constructor') continue;
      object[name] = function (...args) {
        if (++calls === number) process.kill(process.pid, 'SIGKILL');
        return original.apply(this, args);
      };
    }
  };
  count(fs);
  const { open } = fs;
  let isCounted = false;
  fs.open = async function (...args) {
    const file = await open.apply(this, args);
    if (!isCounted) count(Object.getPrototypeOf(file));
    isCounted = true;
    return file;
  };
}
