// Sizes: a ratchet, not a purge. What is long today is written down in sizes.json and may only shrink; new
// functions stay within 70 lines, new files within 600. `npm run tidy -- -u` never raises a number.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, type SourceFile, sourceFiles } from './source-file.ts'

const FUNCTION_LINES = 70
const FILE_LINES = 600
const RATCHET = join(ROOT, 'tests/tidy/sizes.json')

interface Sizes {
  /** `path#function` to lines. */
  readonly functions: Readonly<Record<string, number>>
  readonly files: Readonly<Record<string, number>>
}

function measured(files: readonly SourceFile[]): Sizes {
  const functions: Record<string, number> = {}
  const long: Record<string, number> = {}
  for (const file of files) {
    if (file.path.endsWith('.gen.ts')) continue
    if (file.lines > FILE_LINES) long[file.path] = file.lines
    // Suites and components' test bodies are lists of cases; the bar is for code.
    if (/\.(test|bench|contract)\.tsx?$/.test(file.path)) continue
    for (const one of file.functions) {
      if (one.lines > FUNCTION_LINES) functions[`${file.path}#${one.name}`] = one.lines
    }
  }
  return { functions, files: long }
}

test('no function grows across 70 lines and no file across 600, and what was longer only shrinks', () => {
  const now = measured([
    ...sourceFiles('packages'),
    ...sourceFiles('tests'),
    ...sourceFiles('scripts'),
    ...sourceFiles('bench'),
  ])
  const allowed: Sizes = existsSync(RATCHET)
    ? (JSON.parse(readFileSync(RATCHET, 'utf8')) as Sizes)
    : { functions: {}, files: {} }
  const grown = (kind: keyof Sizes): string[] =>
    Object.entries(now[kind])
      .filter(([name, lines]) => lines > (allowed[kind][name] ?? 0))
      .map(
        ([name, lines]) =>
          `${name}: ${lines} lines, allowed ${allowed[kind][name] ?? (kind === 'files' ? FILE_LINES : FUNCTION_LINES)}`,
      )
  const wrong = [...grown('functions'), ...grown('files')]
  if (
    wrong.length === 0 &&
    JSON.stringify(now) !== JSON.stringify(allowed) &&
    process.env['CI'] === undefined
  ) {
    writeFileSync(RATCHET, `${JSON.stringify(now, null, 2)}\n`)
  }
  expect(wrong).toEqual([])
})
