// The samples that both sides hold: counters with resets, gauges with gaps, NaN and ±Inf, classic histograms,
// series that come and go. Two hours at 15 s.
//
// What would only show a documented change between 2.42 and 3.14 is kept out of the data:
// - No sample's time ends in .000 or .137, where all evaluations are: none lies on the edge of a window, which
//   was closed on the left and is open now.
// - A counter that falls to zero has no gaps and hardly any jitter; one with gaps falls to large values only.
//   So extrapolation ends at the window's edge, not near zero, where the rule is another one.
// - Most gauges are whole eighths, of which a sum is exact with and without compensation.

import { ABSENT, Labels } from '@pharos/model'
import type { Appender } from '@pharos/tsdb'
import { Seeded } from './seeded.ts'

export const START_MS = 1_700_000_000_000
export const ROWS = 480
export const STEP_MS = 15_000
export const END_MS: number = START_MS + ROWS * STEP_MS

export interface TestSeries {
  readonly labels: Labels
  /** One for each time of the group; undefined where there is no sample. */
  readonly values: readonly (number | undefined)[]
}

export interface TestGroup {
  readonly key: Labels
  /** ms, ascending. */
  readonly times: readonly number[]
  readonly series: readonly TestSeries[]
  /** Appended sample by sample, or row by row. */
  readonly bySample: boolean
}

export const INSTANCES: readonly string[] = ['a:1', 'b:1', 'c:1', 'd:2', 'e:2', 'f:2']
export const BOUNDS: readonly string[] = [
  '0.005',
  '0.01',
  '0.05',
  '0.1',
  '0.25',
  '0.5',
  '1',
  '2.5',
  '10',
  '+Inf',
]

export function dataSet(seed: number): TestGroup[] {
  const random = new Seeded(seed)
  const steady = INSTANCES.map((instance, i) => steadyGroup(random, instance, i))
  const wild = [0, 1, 2, 3].map((worker) => wildGroup(random, worker))
  return [...steady, ...wild]
}

type Values = (number | undefined)[]

function steadyGroup(random: Seeded, instance: string, index: number): TestGroup {
  const job = index < 3 ? 'api' : 'web'
  const series: TestSeries[] = []
  const add = (name: string, labels: Record<string, string>, values: Values): void => {
    series.push({ labels: Labels.from({ __name__: name, instance, job, ...labels }), values })
  }
  for (const method of ['get', 'post']) {
    for (const code of ['200', '404', '500'])
      add('requests_total', { method, code }, counter(random, 0, 2e6, 60))
  }
  for (const room of ['hall', 'attic', 'cellar'])
    add('temperature', { room }, gauge(random, -200, 400, 0))
  for (const kind of ['free', 'used', 'cached'])
    add('memory_bytes', { kind }, gauge(random, 1e6, 4e9, 0))
  add('queue_depth', {}, odd(random, gauge(random, 0, 50, 0)))
  add('ratio', {}, smooth(random))
  add('limit_bytes', {}, filled(4e9 + index * 1024))
  add('up', {}, filled(1))
  const turn = 150 + 40 * index
  add('build_info', { version: '1.9' }, alive(filled(1), 0, turn))
  add('build_info', { version: '1.10' }, alive(filled(1), turn, ROWS))
  for (const handler of ['/', '/api/v1'])
    histogram(random, (suffix, labels, values) =>
      add(`latency_seconds${suffix}`, { handler, ...labels }, values),
    )
  const key = Labels.from({ instance, job })
  return { key, times: times(random, 300), series, bySample: false }
}

function wildGroup(random: Seeded, worker: number): TestGroup {
  const series: TestSeries[] = []
  const add = (name: string, labels: Record<string, string>, values: Values): void => {
    const own = { __name__: name, job: 'batch', worker: `w${worker}` }
    series.push({ labels: Labels.from({ ...own, ...labels }), values })
  }
  for (const phase of ['load', 'run', 'save'])
    add('steps_total', { phase }, gappy(random, counter(random, 1e6, 2e6, 0)))
  for (let n = 0; n < 8; n++) {
    const from = random.below(ROWS - 40)
    add('flapping', { n: String(n) }, alive(gauge(random, 0, 100, 0), from, from + 20 + n * 20))
  }
  add('temperature', { room: 'hall', floor: '1' }, gappy(random, gauge(random, -200, 400, 0)))
  add('queue_depth', { queue: 'slow "a" \\ b' }, gappy(random, gauge(random, -9, 9, 0)))
  add('queue_depth', { queue: 'größer.x' }, odd(random, gappy(random, gauge(random, 0, 9, 0))))
  add('ratio', { part: 'one' }, gappy(random, smooth(random)))
  add('single', {}, alive(filled(7), 200 + worker, 201 + worker))
  const key = Labels.from({ job: 'batch', worker: `w${worker}` })
  return { key, times: times(random, 2500), series, bySample: true }
}

/** ms; `jitterMs` to either side of the beat. A time survives the way through seconds as a float. */
function times(random: Seeded, jitterMs: number): number[] {
  const phaseMs = random.below(10_000)
  return Array.from({ length: ROWS }, (_, i) => {
    let ms = START_MS + i * STEP_MS + phaseMs + random.below(2 * jitterMs) - jitterMs
    while (ms % 1000 === 0 || ms % 1000 === 137 || Math.trunc((ms / 1000) * 1000) !== ms) ms++
    return ms
  })
}

/** Resets are at least 80 rows after the start and some 100 rows apart; there they fall to `low` or more. */
function counter(random: Seeded, low: number, high: number, rise: number): Values {
  let value = high
  let next = 80 + random.below(120)
  return Array.from({ length: ROWS }, (_, i) => {
    if (i === next) {
      value = low + random.below(8)
      next += 80 + random.below(120)
    } else value += random.chance(0.1) ? 0 : random.below(rise === 0 ? 40 : rise) / 4
    return value
  })
}

/** Whole eighths. */
function gauge(random: Seeded, low: number, high: number, stay: number): Values {
  let value = low + random.below(high - low)
  return Array.from({ length: ROWS }, () => {
    if (random.chance(stay)) return value
    const move = (random.next() - 0.5) * (high - low) * 0.2
    value = Math.min(high, Math.max(low, Math.round((value + move) * 8) / 8))
    return value
  })
}

/** Floats of full precision, all positive. */
function smooth(random: Seeded): Values {
  let value = 0.3 + random.next() / 3
  return Array.from({ length: ROWS }, () => (value = 0.05 + 0.93 * value + random.next() * 0.05))
}

function filled(value: number): Values {
  return Array.from({ length: ROWS }, () => value)
}

function alive(values: Values, from: number, to: number): Values {
  return values.map((value, i) => (i >= from && i < to ? value : undefined))
}

/** Gaps shorter and longer than the lookback, none near a reset of `counter`'s first 80 rows. */
function gappy(random: Seeded, values: Values): Values {
  const gaps = [0, 1, 2].map((n) => {
    const from = 10 + n * 150 + random.below(60)
    return [from, from + random.pick([2, 5, 15, 22, 40])] as const
  })
  return values.map((value, i) => (gaps.some(([a, b]) => i >= a && i < b) ? undefined : value))
}

function odd(random: Seeded, values: Values): Values {
  return values.map((value) => {
    const choice = random.below(60)
    if (choice === 0) return NaN
    if (choice === 1) return Infinity
    return choice === 2 && value !== undefined ? -Infinity : value
  })
}

function histogram(
  random: Seeded,
  add: (suffix: string, labels: Record<string, string>, values: Values) => void,
): void {
  const counts = BOUNDS.map(() => 50_000 + random.below(1000))
  const columns: Values[] = BOUNDS.map(() => [])
  const sums: Values = []
  let sum = 40_000
  for (let i = 0; i < ROWS; i++) {
    let total = 0
    for (let b = 0; b < BOUNDS.length; b++) {
      if (random.chance(0.6)) counts[b]! += random.below(9)
      total += counts[b]!
      columns[b]!.push(total)
    }
    sums.push((sum += random.below(30) / 8))
  }
  for (const [b, le] of BOUNDS.entries()) add('_bucket', { le }, columns[b]!)
  add('_count', {}, columns.at(-1)!)
  add('_sum', {}, sums)
}

/** As `promtool tsdb create-blocks-from openmetrics` reads it. */
export function openMetrics(groups: readonly TestGroup[]): string {
  const lines: string[] = []
  for (const { times: at, series } of groups) {
    for (const { labels, values } of series) {
      const { name, rest } = named(labels)
      for (const [i, value] of values.entries()) {
        if (value !== undefined) lines.push(`${name}${rest} ${number(value)} ${at[i]! / 1000}`)
      }
    }
  }
  return `${lines.join('\n')}\n# EOF\n`
}

function named(labels: Labels): { name: string; rest: string } {
  const pairs = [...labels].filter(([label]) => label !== '__name__')
  const texts = pairs.map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return { name: labels.get('__name__'), rest: `{${texts.join(',')}}` }
}

function number(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

/** Appends everything in the order of time. `between` is called now and then, for upkeep of the store. */
export async function appendAll(
  store: Appender,
  groups: readonly TestGroup[],
  between: () => Promise<void>,
): Promise<void> {
  const writers = groups.map((group) => {
    const writer = store.group(group.key, group.bySample ? 'remote' : 'scrape')
    const columns = group.series.map(({ labels }) => writer.column(labels))
    return { group, writer, columns, row: new Float64Array(columns.length) }
  })
  for (let i = 0; i < ROWS; i++) {
    for (const { group, writer, columns, row } of writers) {
      row.fill(ABSENT)
      for (const [s, { values }] of group.series.entries()) {
        const value = values[i]
        if (value === undefined) continue
        if (group.bySample) ok(writer.appendSample(group.times[i]!, columns[s]!, value))
        else row[columns[s]!] = value
      }
      if (!group.bySample) ok(writer.appendRow(group.times[i]!, row))
    }
    if (i % 160 === 159) await between()
  }
}

function ok(outcome: number): void {
  if (outcome !== 0) throw new Error(`a sample was refused: ${outcome}`)
}
