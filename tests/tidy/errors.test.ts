// The page of error codes: every stable code that a source can throw stands on docs/guide/errors.md, and the
// page names none that no source has.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, sourceFiles, UNKNOWN } from './source-file.ts'

const PAGE = 'docs/guide/errors.md'

/** Ends of codes that are only known at run time; the page lists them by hand. */
const AT_RUN_TIME: ReadonlySet<string> = new Set(['disk/${…}', 'api/${…}'])

const CODE = /^[a-z]+\/[a-z0-9_-]+$/

const rows = readFileSync(join(ROOT, PAGE), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

const listed = rows.map((cells) => cells[1]!.replaceAll('`', ''))

/** Code → where it is made first. */
const made = new Map<string, string>()
const hidden: string[] = []
for (const file of sourceFiles('packages')) {
  if (/\.(test|contract|bench)\.tsx?$|\/ui\//.test(file.path)) continue
  for (const { what, line } of file.errorCodes) {
    if (what === UNKNOWN) hidden.push(`${file.path}:${line}: cannot tell the code of this error`)
    const isCode = CODE.test(what) || /^[a-z]+\/\$\{…\}$/.test(what)
    if (isCode && !made.has(what)) made.set(what, `${file.path}:${line}`)
  }
}

test('every error code of the sources stands on the page', () => {
  const missing = [...made]
    .filter(([code]) => !listed.includes(code) && !AT_RUN_TIME.has(code))
    .map(([code, where]) => `${PAGE} has no row for ${code}, which ${where} makes`)
  expect(missing.sort().join('\n')).toBe('')
})

test('the page names no code that the sources do not have', () => {
  const unknown = listed.filter((code) => !made.has(code) && !made.has(withOpenEnd(code)))
  expect(unknown.map((code) => `${PAGE}: no source makes ${code}`).join('\n')).toBe('')
})

test('a code stands once on the page, in order, with what it means and what to do', () => {
  expect(listed).toEqual([...new Set(listed)].sort())
  const incomplete = rows.filter(
    (cells) => cells.length !== 5 || cells[2] === '' || cells[3] === '',
  )
  expect(incomplete.map((cells) => cells[1])).toEqual([])
})

test('the code of an error is a literal, or kept under a name that says so', () => {
  expect(hidden.join('\n')).toBe('')
})

function withOpenEnd(code: string): string {
  return code.replace(/\/.*/, '/${…}')
}
