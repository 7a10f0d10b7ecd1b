// usage: node trainer.cjs FOLDER [KILL_AT]
// Goes on with a small training from its newest checkpoint in a folder, without an end, with dist/. It says "ready"
// before the first epoch, and the number of epochs done after each. KILL_AT is the number of the call of the file
// system at which the process kills itself, from the first epoch on.
const { join } = require('node:path');
const tf = require('@tensorflow/tfjs');
const { bitLinear } = require('../../../dist/index.js');
const { folder } = require('../../../dist/folder.js');
const { checkpoints } = require('../../../dist/training.js');
const { killAtCall } = require('./kill_at_call.cjs');
const { smallTraining } = require('./small_training.cjs');

tf.enableProdMode(); // Otherwise it recommends tfjs-node.
const [home, killAt] = process.argv.slice(2);
const storageOf = (name) => folder(join(home, name));

void (async () => {
  const { model, saves, fit, callbacks } = smallTraining({ tf, bitLinear, checkpoints }, storageOf);
  // Where there is none, training begins; it refuses to where there is one that was not restored.
  const { epoch } = await saves.restore(model).catch(() => ({ epoch: 0 }));
  const counts = new tf.CustomCallback({
    onEpochEnd: (done) => void process.stdout.write(`${done + 1}\n`),
  });
  process.stdout.write('ready\n');
  if (killAt != null) killAtCall(Number(killAt));
  await fit(epoch, 1e9, [...callbacks, counts]);
})();
