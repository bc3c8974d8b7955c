// Histograms with custom buckets (NHCB) over everything that a sample may go through: head, segment, block, larger block,
// restart, power cut, out of order. Bounds change on the way, floats and stale markers stand between.
import { type SimWorld, simWorld } from '@pharos/base/sim'
import {
  ABSENT,
  CUSTOM_BUCKETS_SCHEMA,
  Labels,
  Matcher,
  type NativeHistogram,
  STALE,
} from '@pharos/model'
import { expect, test } from 'vitest'
import { AppendOutcome, type GroupAppender } from './appender.ts'
import { type Content, everything, histogramText, options, textOf } from './testing/store.ts'
import { missing } from './testing/workload.ts'
import { Tsdb } from './tsdb.ts'

const MINUTE_MS = 60_000
const settings = options({
  minBlockMs: MINUTE_MS,
  maxBlockMs: 9 * MINUTE_MS,
  outOfOrderMs: 2 * MINUTE_MS,
})
const KEY = Labels.from({ job: 'api' })
const NAMES = ['whole_seconds', 'gauge_seconds', 'float_seconds'] as const
const BOUNDS = [
  [0.1, 0.5, 1],
  [0.1, 0.5, 1, 2.5],
  [-1, 0, 1e-9, 5e-324, Number.MAX_VALUE],
] as const

/** The `n`-th of a series: its bounds change every 40, its buckets have gaps. */
function histogramAt(n: number, series: number): NativeHistogram {
  const bounds = BOUNDS[Math.floor(n / 40) % BOUNDS.length]!
  const isFloat = NAMES[series] === 'float_seconds'
  const hasGap = n % 3 === 0
  const buckets = Array.from({ length: bounds.length + (hasGap ? 0 : 1) }, (_, i) =>
    isFloat ? (n * (i + 1)) / 7 : n * (i + 1),
  )
  return {
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count: buckets.reduce((sum, one) => sum + one, 0),
    sum: n / 3,
    positiveSpans: hasGap
      ? [
          { offset: 0, length: 1 },
          { offset: 1, length: bounds.length - 1 },
        ]
      : [{ offset: 0, length: bounds.length + 1 }],
    positiveBuckets: buckets,
    negativeSpans: [],
    negativeBuckets: [],
    customValues: [...bounds],
    counterResetHint: NAMES[series] === 'gauge_seconds' ? 'gauge' : 'unknown',
  }
}

const scratch = new Float64Array(1)
const bits = new BigUint64Array(scratch.buffer)

class Writer {
  readonly world: SimWorld
  readonly taken: Content = new Map()
  db: Tsdb
  #group: GroupAppender
  #n = 0

  constructor(world: SimWorld, db: Tsdb) {
    this.world = world
    this.db = db
    this.#group = this.#begin()
  }

  #begin(): GroupAppender {
    const group = this.db.group(KEY, 'scrape')
    for (const name of NAMES) group.column(Labels.from({ ...KEY.toObject(), __name__: name }))
    return group
  }

  /** A row of all three, a second after the last one; `lateMs` before that. @returns what became of it */
  async row(lateMs = 0): Promise<AppendOutcome> {
    await this.world.clock.advance(1000)
    const tMs = this.world.clock.now() - lateMs
    const n = this.#n++
    const row = new Float64Array(NAMES.length).fill(ABSENT)
    const histograms = new Map<number, NativeHistogram>()
    for (let c = 0; c < NAMES.length; c++) {
      if (n % 11 === c) row[c] = n % 2 === 0 ? STALE : n
      else histograms.set(c, histogramAt(n, c))
    }
    const outcome = this.#group.appendRow(tMs, row, histograms)
    if (outcome !== AppendOutcome.ok) return outcome
    for (let c = 0; c < NAMES.length; c++) this.#note(c, tMs, histograms.get(c) ?? row[c]!)
    return outcome
  }

  /** One histogram between two rows of the past. */
  sample(series: number, lateMs: number): AppendOutcome {
    const tMs = this.world.clock.now() - lateMs
    const histogram = histogramAt(this.#n++, series)
    const outcome = this.#group.appendSample(tMs, series, histogram)
    if (outcome === AppendOutcome.ok) this.#note(series, tMs, histogram)
    return outcome
  }

  async reopen(world: SimWorld): Promise<Writer> {
    const again = new Writer(world, await Tsdb.open(world, settings))
    for (const [name, samples] of this.taken) again.taken.set(name, samples)
    again.#n = this.#n
    return again
  }

  #note(series: number, tMs: number, value: number | NativeHistogram): void {
    const name = textOf(this.#group.labelsOf(series))
    let samples = this.taken.get(name)
    if (samples === undefined) this.taken.set(name, (samples = new Map()))
    if (typeof value === 'number') scratch[0] = value
    samples.set(tMs, typeof value === 'number' ? bits[0]! : histogramText(value))
  }
}

async function check(writer: Writer, where: string): Promise<void> {
  const content = await everything(writer.db)
  expect(missing(writer.taken, content).slice(0, 3), `lost: ${where}`).toEqual([])
  expect(missing(content, writer.taken).slice(0, 3), `invented: ${where}`).toEqual([])
}

test('histograms with custom buckets come back as they were from wherever they lie', async () => {
  const world = simWorld({ seed: 11 })
  let writer = new Writer(world, await Tsdb.open(world, settings))
  for (let i = 0; i < 50; i++) expect(await writer.row()).toBe(AppendOutcome.ok)
  await check(writer, 'head')
  for (let i = 0; i < 90; i++) {
    expect(await writer.row()).toBe(AppendOutcome.ok)
    // Out of order: whole rows, and single samples between those of the past.
    if (i % 9 === 4) expect(await writer.row(45_500)).toBe(AppendOutcome.ok)
    if (i % 7 === 3) expect(writer.sample(i % NAMES.length, 30_250)).toBe(AppendOutcome.ok)
  }
  expect(writer.sample(0, 5 * MINUTE_MS)).toBe(AppendOutcome.tooOld)
  await check(writer, 'head, out of order')
  await writer.db.sync()
  writer = await writer.reopen({ ...world, disk: world.disk.crash() })
  await check(writer, 'log after a power cut')
  await writer.db.close()
  writer = await writer.reopen(writer.world)
  await check(writer, 'segments after a restart')
  for (let i = 0; i < 600; i++) expect(await writer.row()).toBe(AppendOutcome.ok)
  await writer.db.maintain()
  expect(Math.max(...writer.db.blocks().map(({ level }) => level))).toBeGreaterThan(1)
  await check(writer, 'blocks, joined ones too')
  await writer.db.deleteSeries([[new Matcher('=', '__name__', NAMES[1])]], -1e15, 1e15)
  await writer.db.cleanTombstones()
  for (const name of writer.taken.keys()) if (name.includes(NAMES[1])) writer.taken.delete(name)
  await check(writer, 'rewritten blocks')
  await writer.db.sync()
  writer = await writer.reopen({ ...writer.world, disk: writer.world.disk.crash() })
  await check(writer, 'everything after a power cut')
  expect(writer.db.stats.walCorruptions).toBe(0)
  await writer.db.close()
})
