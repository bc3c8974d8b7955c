// Templates against Go's text/template and html/template, and against the expansions of the reference.

import { existsSync, readFileSync } from 'node:fs'
import { messageOf } from '@pharos/base'
import { Labels } from '@pharos/model'
import { expandTemplate, humanizeDuration, TemplateSet, type Value } from '@pharos/template'
import { expect, test } from 'vitest'

const directory = new URL('../../../shared/conformance/template/', import.meta.url)
const isMissing = !existsSync(directory)

interface VectorFile<T> {
  readonly cases: readonly T[]
  readonly data?: unknown
}

function read<T>(name: string): VectorFile<T> {
  return JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as VectorFile<T>
}

/** JSON as Go's `interface{}`: whole numbers are ints where `wholeIsInt`. */
function goValue(json: unknown, wholeIsInt: boolean): Value {
  if (Array.isArray(json)) return json.map((part) => goValue(part, wholeIsInt))
  if (typeof json === 'number') return wholeIsInt && Number.isInteger(json) ? BigInt(json) : json
  if (typeof json === 'object' && json !== null)
    return new Map(Object.entries(json).map(([key, part]) => [key, goValue(part, wholeIsInt)]))
  return json as string | boolean | null | undefined
}

/** Go 1.19 made the vectors; the Go that the reference is built with takes these. */
const NEWER_GO: ReadonlyMap<string, string> = new Map([
  ['{{range 3}}x{{end}}', 'Go 1.22 ranges over whole numbers'],
  ['{{with .E}}a{{else with .S}}b{{end}}', 'Go 1.23 knows else with'],
])

interface GoCase {
  readonly text: string
  readonly out?: string
  readonly out_error?: string
  readonly html?: string
  readonly html_error?: string
}

function outcome(run: () => string): string {
  try {
    return run()
  } catch (error) {
    return `error: ${messageOf(error)}`
  }
}

test.skipIf(isMissing)('114 of 116 Go templates give Go’s text, page and errors', () => {
  const { cases, data } = read<GoCase>('go-template.json')
  const dot = goValue(data, true)
  const failures: string[] = []
  let passed = 0
  for (const one of cases) {
    if (NEWER_GO.has(one.text)) continue
    const run = (format: 'text' | 'html'): string =>
      outcome(() => new TemplateSet().add('test', one.text).execute('test', dot, { format }))
    const text = run('text')
    const page = run('html')
    const wantedText = one.out ?? `error: ${one.out_error}`
    // html/template finds an absent template before it executes; ours says what text/template says.
    const htmlError = one.html_error?.startsWith('html/template:') ? one.out_error : one.html_error
    const wantedPage = one.html ?? `error: ${htmlError}`
    if (text === wantedText && page === wantedPage) passed++
    else
      failures.push(`${one.text}\n    ${text}\n    ${wantedText}\n    ${page}\n    ${wantedPage}`)
  }
  for (const [text, reason] of NEWER_GO) console.log(`skipped: ${text}: ${reason}`)
  expect(failures.join('\n')).toBe('')
  expect([cases.length, passed]).toEqual([116, 114])
})

interface ExpansionCase {
  readonly text: string
  readonly input?: unknown
  readonly queryResult?: readonly {
    readonly Metric?: Readonly<Record<string, string>>
    readonly F?: number
    readonly H?: { readonly Count: number; readonly Sum: number }
  }[]
  readonly options?: readonly string[]
  readonly html?: boolean
  readonly output?: string
  readonly error?: string
}

function histogramText(h: { Count: number; Sum: number }): string {
  return `{count:${h.Count}, sum:${h.Sum}}`
}

/** The sample that one case pipes into `value`. */
function inputOf(json: unknown): Value {
  const value = (json as { Value?: { Count: number; Sum: number } } | undefined)?.Value
  return value === undefined
    ? goValue(json, false)
    : new Map<string, Value>([['Value', histogramText(value)]])
}

test.skipIf(isMissing)('all 89 expansions give the reference’s text and errors', async () => {
  const { cases } = read<ExpansionCase>('template-expansion.json')
  const failures: string[] = []
  for (const one of cases) {
    const missing = (one.options ?? ['missingkey=zero'])
      .map((option) => option.replace('missingkey=', ''))
      .at(0)
    const samples = (one.queryResult ?? []).map((sample) => ({
      labels: Labels.from(sample.Metric ?? {}),
      value: sample.H === undefined ? (sample.F ?? 0) : histogramText(sample.H),
    }))
    const got = await expandTemplate(one.text, inputOf(one.input), {
      name: 'test',
      externalUrl: new URL('http://testhost:9090/path/prefix'),
      nowMs: 1_353_755_652_000,
      query: () => Promise.resolve(samples),
      format: one.html === true ? 'html' : 'text',
      missingKey: (missing ?? 'default') as 'default' | 'zero' | 'error',
    }).catch((error: unknown) => `error: ${messageOf(error)}`)
    const wanted = one.error === undefined ? one.output : `error: ${one.error}`
    if (got !== wanted) failures.push(`${one.text}\n    ${got}\n    ${wanted}`)
  }
  expect(failures.join('\n')).toBe('')
  expect(cases.length).toBe(89)
})

test.skipIf(isMissing)('all 31 durations are humanized as the reference does', () => {
  const { cases } = read<{ expected: string; input: number | string }>('humanize-duration.json')
  for (const { input, expected } of cases)
    expect(humanizeDuration(input), String(input)).toBe(expected)
  expect(cases.length).toBe(31)
})
