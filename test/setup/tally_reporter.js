const { appendFileSync } = require('node:fs');

/** Adds the run as a line of JSON to the file $TEST_TALLY, for scripts/test_all.mjs to sum up. */
module.exports = class {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numFailedTestSuites, testResults }) {
    const failures = testResults.flatMap(failuresOf);
    // A suite that did not even load counts as one failure.
    const failed = Math.max(numFailedTests, numFailedTestSuites);
    const run = { passed: numPassedTests, failed, failures };
    appendFileSync(process.env.TEST_TALLY, `${JSON.stringify(run)}\n`);
  }
};

/** The messages of a file's failed tests, each headed by the test's name. */
function failuresOf({ failureMessage, displayName, testFilePath }) {
  return failureMessage == null ? [] : [`${displayName.name} ${testFilePath}\n${failureMessage}`];
}
