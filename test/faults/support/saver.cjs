// usage: node saver.cjs FOLDER FIRST COUNT [KILL_AT]
// Saves the small models FIRST, FIRST + 1, ... to a folder with dist/folder.js, and says "ready" before. KILL_AT is
// the number of the call of the file system at which the process kills itself.
const [path, first, count, killAt] = process.argv.slice(2);
const { folder } = require('../../../dist/folder.js');
const { killAtCall } = require('./kill_at_call.cjs');
const { artifacts } = require('./tagged_model.cjs');

if (killAt != null) killAtCall(Number(killAt));

void (async () => {
  process.stdout.write('ready\n');
  for (let tag = Number(first); tag < Number(first) + Number(count); tag++) {
    await folder(path).save(artifacts(tag));
  }
  process.stdout.write('saved\n');
})();
