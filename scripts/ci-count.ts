// Adds up the JSON reports named as arguments and prints the closing line of .ci/run. A report that is
// missing or holds no test counts as one failure: a run that did not happen has not passed.
import { existsSync, readFileSync } from 'node:fs'

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
}

let passed = 0
let failed = 0
let skipped = 0
for (const path of process.argv.slice(2)) {
  const report = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined
  passed += report?.numPassedTests ?? 0
  skipped += report?.numPendingTests ?? 0
  const ran = (report?.numPassedTests ?? 0) + (report?.numFailedTests ?? 0)
  // A suite that fails to load has no tests of its own, so it is counted beside the failed tests.
  const broken =
    report === undefined ||
    ran === 0 ||
    (report.numFailedTests === 0 && report.numFailedTestSuites > 0)
      ? 1
      : 0
  failed += (report?.numFailedTests ?? 0) + broken
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(failed === 0 ? 0 : 1)
