// A writer that does everything a store must survive, repeatable by its seed, and a model of what was written.

import { assert } from '@pharos/base'
import type { SimClock, SimRandom } from '@pharos/base/sim'
import { ABSENT, Labels, NORMAL_NAN, STALE, type NativeHistogram } from '@pharos/model'
import { AppendOutcome, type GroupAppender } from '../appender.ts'
import type { Tsdb } from '../tsdb.ts'
import { type Content, histogramText, textOf } from './store.ts'

const SPECIALS = [
  0,
  -0,
  1,
  NORMAL_NAN,
  STALE,
  Infinity,
  -Infinity,
  5e-324,
  Number.MAX_VALUE,
  2 ** 53,
  2 ** 50,
  -(2 ** 50) + 1,
  0.1,
  1e-9,
  1 / 3,
]

export class Workload {
  readonly #random: SimRandom
  readonly #clock: SimClock
  readonly #kinds = ['scrape', 'rules', 'push', 'remote'] as const
  /** What was taken, synced or not. */
  readonly taken: Content = new Map()
  /** What was taken before the last sync that resolved. */
  synced: Content = new Map()
  #handles = new Map<string, GroupAppender>()
  db: Tsdb
  /** Up to so much late some samples come; 0: none. */
  readonly #lateMs: number

  constructor(db: Tsdb, clock: SimClock, random: SimRandom, lateMs: number = 0) {
    this.#lateMs = lateMs
    this.db = db
    this.#clock = clock
    this.#random = random
  }

  /** Goes on with a store that was opened again; handles of the old one are void. */
  reopened(db: Tsdb): void {
    this.db = db
    this.#handles = new Map()
  }

  /** What is gone for good after a power cut was never taken. */
  forgetUnsynced(content: Content): void {
    this.taken.clear()
    for (const [name, samples] of content) this.taken.set(name, new Map(samples))
    this.synced = copyOf(this.taken)
  }

  /** One step: some rows, sometimes cells, a sync, a round of maintenance, or a jump over a window. */
  async step(): Promise<void> {
    const random = this.#random
    await this.#clock.advance(1000 + random.int(4000))
    this.write()
    if (random.chance(0.25)) await this.sync()
    if (random.chance(0.08)) await this.db.maintain()
    if (random.chance(0.05)) await this.#clock.advance(70_000)
  }

  /** Some rows, sometimes cells, at one moment. */
  write(): void {
    const random = this.#random
    for (let g = random.int(4); g >= 0; g--) this.#row(g)
    if (random.chance(0.3)) this.#cells()
    if (random.chance(0.1)) this.#release()
  }

  async sync(): Promise<void> {
    const before = copyOf(this.taken)
    try {
      await this.db.sync()
      this.synced = before
    } catch (error) {
      // A failed disk is what some tests are about: nothing was promised then.
      assert(error instanceof Error, 'an error')
    }
  }

  #group(g: number): GroupAppender {
    const kind = this.#kinds[g % 4]!
    const key = Labels.from({ job: `job${g}`, instance: `host${g}:9100` })
    const name = `${kind}${g}`
    let handle = this.#handles.get(name)
    if (handle === undefined) {
      handle = this.db.group(key, kind)
      this.#handles.set(name, handle)
    }
    return handle
  }

  #series(g: number, i: number): Labels {
    const name = `metric_${i % 7}`
    const more = { code: String(i), ...(i % 5 === 4 ? { __proto__x: 'x', job: 'other' } : {}) }
    return g % 4 === 1 && i % 2 === 0
      ? Labels.from({ __name__: name, code: String(i), g: String(g) })
      : Labels.from({ job: `job${g}`, instance: `host${g}:9100`, __name__: name, ...more })
  }

  #row(g: number): void {
    const random = this.#random
    const group = this.#group(g)
    while (group.columnCount < 3 || random.chance(0.1)) {
      if (group.column(this.#series(g, random.int(40))) < 0) break
    }
    const tMs = this.#clock.now() - this.#lateness()
    const row = new Float64Array(group.columnCount + 2)
    for (let c = 0; c < group.columnCount; c++) row[c] = this.#value(c)
    const histograms = new Map<number, NativeHistogram>()
    if (random.chance(0.1)) {
      row[0] = ABSENT
      histograms.set(0, histogramOf(random.int(1000)))
    }
    const outcome = group.appendRow(tMs, row, histograms)
    if (outcome !== AppendOutcome.ok) return
    for (let c = 0; c < group.columnCount; c++) this.#note(group, c, tMs, row[c]!)
    for (const [c, h] of histograms) this.#note(group, c, tMs, h)
  }

  #cells(): void {
    const random = this.#random
    const g = 4 + random.int(3)
    const group = this.#group(g)
    const column = group.column(this.#series(g, random.int(10)))
    if (column < 0) return
    const tMs = this.#clock.now() - random.int(3) * 500 - this.#lateness()
    const value = random.chance(0.2) ? histogramOf(random.int(9)) : this.#value(column)
    if (value === ABSENT || (typeof value === 'number' && Number.isNaN(value))) return
    if (group.appendSample(tMs, column, value) === AppendOutcome.ok) {
      this.#note(group, column, tMs, value)
    }
  }

  #lateness(): number {
    const isLate = this.#lateMs > 0 && this.#random.chance(0.15)
    return isLate ? 1 + this.#random.int(this.#lateMs) : 0
  }

  #release(): void {
    for (const [name, handle] of this.#handles) {
      if (!this.#random.chance(0.5)) continue
      handle.release()
      this.#handles.delete(name)
    }
  }

  #value(column: number): number {
    const random = this.#random
    if (random.chance(0.1)) return ABSENT
    if (random.chance(0.1)) return SPECIALS[random.int(SPECIALS.length)]!
    if (column % 3 === 0) return 42
    if (column % 3 === 1) return Math.floor(this.#clock.now() / 100) + random.int(5)
    return random.next() * 100
  }

  #note(group: GroupAppender, column: number, tMs: number, value: number | NativeHistogram): void {
    if (typeof value === 'number' && bitsOf(value) === bitsOf(ABSENT)) return
    const name = textOf(group.labelsOf(column))
    let samples = this.taken.get(name)
    if (samples === undefined) this.taken.set(name, (samples = new Map()))
    // Two groups may have one series; the first sample of a time is the one that counts.
    if (!samples.has(tMs)) {
      samples.set(tMs, typeof value === 'number' ? bitsOf(value) : histogramText(value))
    }
  }
}

function copyOf(content: Content): Content {
  return new Map([...content].map(([name, samples]) => [name, new Map(samples)]))
}

/** What `b` lacks of `a` or has otherwise, for a message. */
export function missing(a: Content, b: Content): string[] {
  const lines: string[] = []
  for (const [name, samples] of a) {
    for (const [tMs, value] of samples) {
      const there = b.get(name)?.get(tMs)
      if (there !== value) lines.push(`${name} at ${tMs}: ${value}, found ${there}`)
    }
  }
  return lines
}

const scratch = new Float64Array(1)
const scratchBits = new BigUint64Array(scratch.buffer)

function bitsOf(value: number): bigint {
  scratch[0] = value
  return scratchBits[0]!
}

function histogramOf(n: number): NativeHistogram {
  return {
    schema: n % 3,
    zeroThreshold: 1e-128,
    zeroCount: n,
    count: n * 10,
    sum: n / 3,
    positiveSpans: [{ offset: -n, length: 2 }],
    positiveBuckets: [n, n + 1],
    negativeSpans: [],
    negativeBuckets: [],
    customValues: n % 2 === 0 ? [] : [0.5, 1],
    counterResetHint: n % 4 === 0 ? 'gauge' : 'unknown',
  }
}
