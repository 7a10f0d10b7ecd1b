const { appendFileSync } = require('node:fs');

/** Adds the run's counts as a line to the file $TEST_TALLY, for scripts/test_all.mjs to sum. */
module.exports = class {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numFailedTestSuites }) {
    // A suite that did not even load counts as one failure.
    const failed = Math.max(numFailedTests, numFailedTestSuites);
    appendFileSync(process.env.TEST_TALLY, `${numPassedTests} ${failed}\n`);
  }
};
