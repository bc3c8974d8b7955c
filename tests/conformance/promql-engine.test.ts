// Vectors of the reference's engine tests: times, subqueries, limits, hints, annotations, statistics.

import { existsSync, readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { UserError } from '@pharos/base'
import { createRealClock } from '@pharos/base/node'
import { createKernel } from '@pharos/kernel'
import { Labels } from '@pharos/model'
import {
  createEngine,
  type DurationExpr,
  type EngineOptions,
  parseExpr,
  type QueryAnswer,
  type QueryOptions,
} from '@pharos/promql'
import {
  almostEqual,
  bucketQuantile,
  Buckets,
  durationMs,
  loadInto,
  MemoryStore,
  noMonotonicity,
  parseScript,
  parseStartOffsets,
  type Plan,
  planQuery,
  runScript,
  SCRIPT_OPTIONS,
  ScriptError,
} from '@pharos/promql/testing'
import { expect, test } from 'vitest'

const dir = new URL('../../../shared/conformance/promql/', import.meta.url)
const missing = !existsSync(dir)
const clock = createRealClock()

interface Vectors<T> {
  readonly load: string
  readonly cases: readonly T[]
}

function vectors<T>(file: string): Vectors<T> {
  return JSON.parse(readFileSync(new URL(file, dir), 'utf8')) as Vectors<T>
}

function storeOf(load: string): MemoryStore {
  const store = new MemoryStore()
  for (const command of parseScript(load)) {
    if (command.kind === 'load') loadInto(store, command)
  }
  return store
}

/** Several `load` blocks without an empty line between them become blocks of their own. */
function separated(load: string): string {
  return load.replace(/\n(?=load )/g, '\n\n')
}

function float(value: number | string): number {
  return typeof value === 'number' ? value : Number(value.replace('Inf', 'Infinity'))
}

interface QueryCase {
  readonly query: string
  readonly start?: number
  readonly end?: number
  /** s here, ms there; the file says which. */
  readonly interval?: number
}

async function answer(
  store: MemoryStore,
  { query, start = 0, end, interval }: QueryCase,
  intervalUnitMs: number,
  options: Partial<EngineOptions> = {},
  queryOptions: QueryOptions = {},
): Promise<QueryAnswer> {
  const engine = createEngine(store, {
    ...SCRIPT_OPTIONS,
    ...options,
    clock,
    annotationLimit: 0,
    kernel: createKernel(),
  })
  if (end === undefined) return engine.instant(query, start * 1000, queryOptions)
  const stepMs = (interval ?? 0) * intervalUnitMs
  return engine.range(query, start * 1000, end * 1000, stepMs, queryOptions)
}

type ExpectedSeries = readonly {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, number | string]
  readonly values?: readonly (readonly [number, number | string])[]
}[]

/** Result and expectation in one form, so that a failure shows both. */
function shown(result: QueryAnswer['result']): unknown {
  switch (result.type) {
    case 'scalar':
      return { scalar: [result.timeMs, result.value] }
    case 'string':
      return { string: result.value }
    case 'vector':
      return byKey(result.series.map((s) => [s.labels.key, [[result.timeMs, s.value]]] as const))
    case 'matrix':
      return byKey(
        result.series.map(
          (s) => [s.labels.key, Array.from(s.times, (t, i) => [t, s.values[i]])] as const,
        ),
      )
  }
}

function byKey(entries: (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(entries.sort((a, b) => (a[0] < b[0] ? -1 : 1)))
}

function wanted(result: ExpectedSeries | { readonly scalar: unknown }): unknown {
  if (!Array.isArray(result)) return result
  return byKey(
    (result as ExpectedSeries).map((s) => [
      Labels.from(s.metric).key,
      (s.values ?? [s.value!]).map(([t, v]) => [t, float(v)]),
    ]),
  )
}

test.skipIf(missing)('19 queries with @ look at the right times', async () => {
  const { load, cases } = vectors<QueryCase & { readonly result: ExpectedSeries }>(
    'at-modifier-engine.json',
  )
  const store = storeOf(separated(load))
  const negative = Labels.from({ __name__: 'metric_neg' })
  for (let t = -1_000_000; t <= 0; t += 1000)
    store.append(negative, t, t === -1_000_000 ? 1000 : -(t / 1000) + 1)
  store.append(Labels.from({ __name__: 'metric_timestamp' }), 3_600_000, 1000)
  for (const item of cases) {
    const { result } = await answer(store, item, 1000)
    expect(shown(result), item.query).toEqual(wanted(item.result))
  }
  expect(cases.length).toBe(19)
})

test.skipIf(missing)('21 subqueries as instant queries give the points of their grid', async () => {
  const { cases } = vectors<{
    readonly load: string
    readonly query: string
    readonly time: number
    readonly result: ExpectedSeries
  }>('subquery-engine.json')
  for (const { load, query, time, result } of cases) {
    const given = await answer(storeOf(load), { query, start: time }, 1000)
    expect(shown(given.result), query).toEqual(wanted(result))
  }
  expect(cases.length).toBe(21)
})

test.skipIf(missing)('7 results stand at the right times', async () => {
  const { load, cases } = vectors<
    QueryCase & { readonly result: ExpectedSeries; readonly should_error?: boolean }
  >('eval-timestamps-engine.json')
  for (const item of cases) {
    const given = answer(storeOf(load), item, 1)
    if (item.should_error === true) await expect(given, item.query).rejects.toThrow(UserError)
    else expect(shown((await given).result), item.query).toEqual(wanted(item.result))
  }
  expect(cases.length).toBe(7)
})

test.skipIf(missing)('12 anchored and smoothed ranges have points at their edges', async () => {
  const { load, cases } = vectors<{
    readonly query: string
    readonly time: number
    readonly result: ExpectedSeries
  }>('extended-range-engine.json')
  for (const { query, time, result } of cases) {
    const given = await answer(storeOf(load), { query, start: time }, 1000)
    expect(shown(given.result), query).toEqual(wanted(result))
  }
  expect(cases.length).toBe(12)
})

test.skipIf(missing)('18 queries fail with one sample fewer than they need', async () => {
  const { load, cases } = vectors<QueryCase & { readonly max_samples: number }>(
    'max-samples-engine.json',
  )
  const wrong: string[] = []
  for (const item of cases) {
    const at = async (maxSamples: number): Promise<string> => {
      try {
        await answer(storeOf(load), item, 1, { maxSamples })
        return 'passes'
      } catch (error) {
        return error instanceof UserError ? error.message : String(error)
      }
    }
    const enough = await at(item.max_samples)
    const tooFew = await at(item.max_samples - 1)
    const text = 'query processing would load too many samples into memory in query execution'
    if (enough !== 'passes' || tooFew !== text)
      wrong.push(`${item.query}: ${enough} at ${item.max_samples}, else ${tooFew}`)
  }
  console.log(`max-samples: ${cases.length - wrong.length} / ${cases.length}\n${wrong.join('\n')}`)
  expect(cases.length - wrong.length).toBe(18)
})

test.skipIf(missing)('63 queries count their samples, in all and by step', async () => {
  const { load, cases } = vectors<
    QueryCase & {
      readonly total_samples: number
      readonly samples_read: number
      readonly peak_samples: number
      readonly per_step: Readonly<Record<string, number>>
      readonly read_per_step: Readonly<Record<string, number>>
    }
  >('query-statistics-engine.json')
  const wrong: string[] = []
  for (const item of cases) {
    const { stats } = await answer(storeOf(load), item, 1, {}, { perStepStats: true })
    const { startMs, stepMs, total, read } = stats.perStep!
    const byStep = (counts: Float64Array): Record<string, number> =>
      Object.fromEntries([...counts].map((count, s) => [startMs + s * stepMs, count]))
    const has = [
      stats.totalSamples,
      stats.samplesRead,
      stats.peakSamples,
      byStep(total),
      byStep(read),
    ]
    const wants = [
      item.total_samples,
      item.samples_read,
      item.peak_samples,
      item.per_step,
      item.read_per_step,
    ]
    if (!isDeepStrictEqual(has, wants))
      wrong.push(
        `${item.query} ${item.start}…${item.end}: ${JSON.stringify(has)}, not ${JSON.stringify(wants)}`,
      )
  }
  console.log(`statistics: ${cases.length - wrong.length} / ${cases.length}\n${wrong.join('\n')}`)
  expect(cases.length - wrong.length).toBe(63)
})

test.skipIf(missing)('50 queries tell storage what they need', async () => {
  const { cases } = vectors<{
    readonly query: string
    readonly start: number
    readonly end?: number
    readonly expected: readonly {
      readonly Start: number
      readonly End: number
      readonly Step?: number
      readonly Range?: number
      readonly Func?: string
      readonly Grouping?: readonly string[]
      readonly By?: boolean
    }[]
  }>('select-hints-engine.json')
  for (const { query, start, end = 0, expected } of cases) {
    const store = new MemoryStore()
    const engine = createEngine(store, { ...SCRIPT_OPTIONS, lookbackMs: 5000, clock })
    if (end === 0) await engine.instant(query, start)
    else await engine.range(query, start, end, 1000)
    const hints = store.selects.map(({ hints: h }) => ({
      Start: h.startMs,
      End: h.endMs,
      Step: h.stepMs,
      Range: h.rangeMs,
      Func: h.func,
      Grouping: h.grouping,
      By: h.by,
    }))
    const full = expected.map((h) => ({
      Step: 0,
      Range: 0,
      Func: '',
      Grouping: [],
      By: false,
      ...h,
    }))
    expect(hints, query).toEqual(full)
  }
  expect(cases.length).toBe(50)
})

test.skipIf(missing)(
  '21 warnings and infos of rate and increase are worded and placed',
  async () => {
    const { cases } = vectors<{
      readonly name: string
      readonly data: string
      readonly expr: string
      readonly type_and_unit_labels: boolean
      readonly warnings: readonly string[]
      readonly infos: readonly string[]
    }>('rate-annotations-engine.json')
    for (const item of cases) {
      const features = new Set(SCRIPT_OPTIONS.features)
      if (item.type_and_unit_labels) features.add('type-and-unit-labels')
      const store = storeOf(`load 1m\n${item.data}`)
      const given = await answer(store, { query: item.expr, start: 60 }, 1000, { features })
      expect([...given.warnings].sort(), item.name).toEqual([...item.warnings].sort())
      expect([...given.infos].sort(), item.name).toEqual([...item.infos].sort())
    }
    expect(cases.length).toBe(21)
  },
)

test.skipIf(missing)('6 classic histograms have the right quantiles', () => {
  const { cases } = vectors<{
    readonly name: string
    readonly buckets: readonly (readonly [number | string, number])[]
    readonly forced: boolean
    readonly fixed: boolean
    readonly expected: readonly (readonly [number, number])[]
  }>('bucket-quantile.json')
  for (const { name, buckets, forced, fixed, expected } of cases) {
    for (const [q, value] of expected) {
      const own = new Buckets(buckets.length)
      for (const [bound, count] of buckets) own.push(float(bound), count)
      const report = noMonotonicity()
      const quantile = bucketQuantile(q, own, report)
      expect(Math.abs(quantile - value) <= 1e-12 * value, `${name} ${q}: ${quantile}`).toBe(true)
      expect([report.forced, report.fixed], name).toEqual([forced, fixed])
    }
  }
})

interface DurationNode {
  readonly type: string
  readonly Val?: number
  readonly Op?: string
  readonly LHS?: DurationNode
  readonly RHS?: DurationNode
}

const DURATION_OPS: Readonly<
  Record<string, '+' | '-' | '*' | '/' | '%' | '^' | 'min_of' | 'max_of'>
> = {
  ADD: '+',
  SUB: '-',
  MUL: '*',
  DIV: '/',
  MOD: '%',
  POW: '^',
  MIN_OF: 'min_of',
  MAX_OF: 'max_of',
}

function durationExpr(node: DurationNode): DurationExpr {
  const pos = { start: 0, end: 0 }
  if (node.type === 'NumberLiteral')
    return { kind: 'duration', pos, ms: (node.Val ?? 0) * 1000, isDuration: false }
  if (node.Op === 'STEP') return { kind: 'step', pos, wrapped: false }
  if (node.Op === 'RANGE') return { kind: 'range', pos, wrapped: false }
  return {
    kind: 'op',
    pos,
    op: DURATION_OPS[node.Op ?? '']!,
    lhs: node.LHS && durationExpr(node.LHS),
    rhs: durationExpr(node.RHS!),
    wrapped: false,
  }
}

test.skipIf(missing)('20 duration expressions have the right value', () => {
  const { cases } = vectors<{
    readonly name: string
    readonly expr: DurationNode
    readonly expected_ms?: number
    readonly error_contains?: string
    readonly allow_negative: boolean
  }>('duration-expr-eval.json')
  for (const item of cases) {
    const value = (): number =>
      durationMs(durationExpr(item.expr), { stepMs: 1000, rangeMs: 300_000 }, item.allow_negative)
    if (item.error_contains !== undefined) expect(value, item.name).toThrow(item.error_contains)
    else expect(value(), item.name).toBe(item.expected_ms)
  }
  expect(cases.length).toBe(20)
})

type TreeNode = { readonly [key: string]: unknown; readonly type: string }

/** `call(binary(selector,invariant(number)))`: the shape of the reference's tree, parentheses left out. */
function shapeOf(node: TreeNode): string {
  const inner = (key: string): string => shapeOf(node[key] as TreeNode)
  switch (node.type) {
    case 'ParenExpr':
      return inner('Expr')
    case 'StepInvariantExpr':
      return `invariant(${inner('Expr')})`
    case 'BinaryExpr':
      return `binary(${inner('LHS')},${inner('RHS')})`
    case 'Call':
      return `call(${((node['Args'] ?? []) as TreeNode[]).map(shapeOf).join(',')})`
    case 'AggregateExpr':
      return `aggregate(${inner('Expr')})`
    case 'SubqueryExpr':
      return `subquery(${inner('Expr')})`
    case 'UnaryExpr':
      return `unary(${inner('Expr')})`
    case 'MatrixSelector':
      return 'matrix'
    case 'VectorSelector':
      return 'selector'
    case 'NumberLiteral':
      return 'number'
    case 'StringLiteral':
      return 'string'
    default:
      return node.type
  }
}

function planShape(plan: Plan): string {
  switch (plan.kind) {
    case 'binary':
      return `binary(${planShape(plan.lhs)},${planShape(plan.rhs)})`
    case 'call':
      return `call(${plan.args.map(planShape).join(',')})`
    case 'aggregate':
    case 'invariant':
    case 'subquery':
    case 'unary':
      return `${plan.kind}(${planShape(plan.expr)})`
    default:
      return plan.kind
  }
}

test.skipIf(missing)('30 queries evaluate once what is the same at all steps', () => {
  const { cases } = vectors<{ readonly input: string; readonly ast: TreeNode }>(
    'step-invariant.json',
  )
  for (const { input, ast } of cases) {
    const expr = parseExpr(input, { features: SCRIPT_OPTIONS.features })
    const plan = planQuery(expr, { startMs: 1_000_000, endMs: 9_999_000, stepMs: 1000 })
    expect(planShape(plan), input).toBe(shapeOf(ast))
  }
  expect(cases.length).toBe(30)
})

test.skipIf(missing)('98 scripts tell the runner right from wrong', async () => {
  const { cases } = vectors<{
    readonly name: string
    readonly script: string
    readonly error?: string
  }>('runner-selftest.json')
  const wrong: string[] = []
  for (const { name, script, error } of cases) {
    let mistake: string | undefined
    try {
      const outcomes = await runScript(script, clock)
      const failed = outcomes.find((outcome) => outcome.failure !== undefined)
      mistake = failed && `line ${failed.line}: ${failed.failure}`
    } catch (thrown) {
      if (!(thrown instanceof ScriptError)) throw thrown
      mistake = thrown.message
    }
    if ((mistake === undefined) !== (error === undefined))
      wrong.push(`${name}: ${mistake ?? 'passes'}, wanted ${error ?? 'a pass'}`)
  }
  console.log(`runner: ${cases.length - wrong.length} / ${cases.length}\n${wrong.join('\n')}`)
  expect(wrong).toEqual([])
})

test.skipIf(missing)('13 sequences of start times are read', () => {
  const { cases } = vectors<{
    readonly input: string
    readonly expected?: readonly { readonly Omitted?: boolean; readonly Value?: number }[] | null
    readonly wantErr?: boolean
  }>('st-sequence.json')
  for (const { input, expected, wantErr } of cases) {
    const read = (): unknown => parseStartOffsets(input)
    if (wantErr === true) expect(read, input).toThrow(UserError)
    else
      expect(read(), input).toEqual(
        (expected ?? []).map((e) => (e.Omitted === true ? undefined : (e.Value ?? 0))),
      )
  }
  expect(cases.length).toBe(13)
})

test('almost equal is relative', () => {
  expect(almostEqual(1, 1 + 1e-7)).toBe(true)
  expect(almostEqual(1, 1 + 1e-5)).toBe(false)
  expect(almostEqual(0, 1e-9)).toBe(false)
  expect(almostEqual(Number.NaN, Number.NaN)).toBe(true)
})
