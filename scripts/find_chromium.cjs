const { accessSync, constants } = require('node:fs');
const { delimiter, join } = require('node:path');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** The path of Chromium: what CHROMIUM_PATH says, or the first on PATH; undefined if there is none. */
function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) return isExecutable(named) ? named : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What to tell where there is none. */
function chromiumMissing() {
  const named = process.env.CHROMIUM_PATH;
  return (
    (named
      ? `CHROMIUM_PATH, "${named}", is no program that can be run. `
      : 'Chromium is missing. ') +
    'On Debian: `apt-get install chromium`, or as root `npm run setup:chromium`. Elsewhere let ' +
    'CHROMIUM_PATH name the program of Chromium or Chrome.'
  );
}

module.exports = { findChromium, chromiumMissing };
