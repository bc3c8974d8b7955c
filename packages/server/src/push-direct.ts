// Pushes straight into the store (`--push.direct`), without waiting for the gateway to be scraped.
//
//   push ──► row of its group, at the time of the push ──► again every 15 s ──► STALE when the group goes
//
// What is stored is what a scrape of the page would have stored: the group's text is read by the scrape parser.
// A gauge that was pushed once would be gone after five minutes, so the row is repeated as a scrape would.

import type { Clock, Logger, Timer } from '@pharos/base'
import { createCursor, Entry } from '@pharos/exposition'
import { ABSENT, isAbsent, isStale, type Labels, LabelsBuilder, STALE } from '@pharos/model'
import type { Metadata } from '@pharos/model'
import { groupText, type PushGroup } from '@pharos/pushgateway'
import { type Appender, AppendOutcome, type GroupAppender } from '@pharos/tsdb'

/** How often a group's values are written again, ms. */
const REPEAT_MS = 15_000

/** Columns that are not in use before a group is begun anew, beside as many as are in use. */
const SPARE_COLUMNS = 64

interface DirectStore {
  readonly appender: Appender
  /** False before the store is open and from when it is about to be closed. */
  readonly isOpen: () => boolean
}

export class DirectPushes {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #scrapedJob: string | undefined
  readonly #groups = new Map<string, { group: PushGroup; writer: GroupWriter | undefined }>()
  #store: DirectStore | undefined
  #timer: Timer | undefined
  #hasWarned = false

  /** @param scrapedJob  groups of this job come by scrape: the gateway's own series have it, and are scraped */
  constructor(clock: Clock, log: Logger, scrapedJob: string | undefined) {
    this.#clock = clock
    this.#log = log.component('pushgateway')
    this.#scrapedJob = scrapedJob
  }

  /** A group was pushed to, or is gone. Before `start` it is only remembered. */
  note(group: PushGroup, atMs: number, isGone: boolean): void {
    if (this.#scrapedJob !== undefined && jobOf(group) === this.#scrapedJob) return
    const writer = this.#groups.get(group.key)?.writer
    if (isGone) {
      this.#groups.delete(group.key)
      if (this.#store?.isOpen() === true) writer?.end(atMs)
      return
    }
    // A group that was deleted and pushed again is another object.
    this.#groups.set(group.key, { group, writer })
    this.#write(group.key, atMs)
  }

  /** The store is open: what the journal held is written, then what comes. */
  start(store: DirectStore): void {
    this.#store = store
    const nowMs = this.#clock.now()
    for (const key of this.#groups.keys()) this.#write(key, nowMs)
    this.#repeatLater()
  }

  close(): void {
    this.#timer?.cancel()
    this.#store = undefined
  }

  #repeatLater(): void {
    this.#timer = this.#clock.after(REPEAT_MS, () => {
      const nowMs = this.#clock.now()
      for (const { writer } of this.#groups.values())
        if (this.#store?.isOpen() === true && writer !== undefined)
          this.#judge(writer.repeat(nowMs))
      this.#repeatLater()
    })
  }

  #write(key: string, atMs: number): void {
    const known = this.#groups.get(key)!
    if (this.#store?.isOpen() !== true) return
    known.writer ??= new GroupWriter(this.#store.appender, known.group.labels)
    this.#judge(known.writer.take(groupText(known.group), atMs))
  }

  /** Said once: a full disk would fill the log as well. */
  #judge(outcome: AppendOutcome): void {
    if (outcome === AppendOutcome.ok || outcome === AppendOutcome.duplicateSame) return
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#log.warn('a push is in the gateway but could not be appended to the store', { outcome })
  }
}

function jobOf({ labels }: PushGroup): string | undefined {
  const at = labels.findIndex((label, i) => i % 2 === 0 && label === 'job')
  return labels[at + 1]
}

interface Found {
  readonly labels: Labels
  readonly value: number
}

/** Writes the rows of one group of pushes. */
class GroupWriter {
  readonly #appender: Appender
  readonly #key: Labels
  #group: GroupAppender
  readonly #columns = new Map<string, number>()
  /** What the newest row said, the marks of what had gone taken out. */
  #row = new Float64Array(0)
  #lastMs = -Infinity

  constructor(appender: Appender, labels: readonly string[]) {
    this.#appender = appender
    const key = new LabelsBuilder()
    for (let i = 0; i < labels.length; i += 2) key.set(labels[i]!, labels[i + 1]!)
    this.#key = key.labels()
    this.#group = appender.group(this.#key, 'push')
  }

  /** Writes what the group holds now; series that it had and has no more end. */
  take(text: string, atMs: number): AppendOutcome {
    const found = this.#read(text)
    this.#renewColumns()
    for (const { labels } of found.values()) this.#columnOf(labels)
    const row = new Float64Array(this.#group.columnCount).fill(ABSENT)
    for (let column = 0; column < this.#row.length; column++)
      if (!isAbsent(this.#row[column]!)) row[column] = STALE
    for (const { labels, value } of found.values()) {
      const column = this.#columnOf(labels)
      if (column >= 0) row[column] = value
    }
    return this.#append(row, atMs)
  }

  repeat(nowMs: number): AppendOutcome {
    // The group may have columns of another writer's, who had the same key.
    const row = new Float64Array(this.#group.columnCount).fill(ABSENT)
    row.set(this.#row)
    return this.#append(row, nowMs)
  }

  end(atMs: number): void {
    this.take('', atMs)
    this.#group.release()
  }

  #append(row: Float64Array<ArrayBuffer>, atMs: number): AppendOutcome {
    // Two pushes within a millisecond are two rows.
    const tMs = Math.max(atMs, this.#lastMs + 1)
    const outcome = this.#group.appendRow(tMs, row)
    if (outcome === AppendOutcome.ok) this.#lastMs = tMs
    for (let column = 0; column < row.length; column++)
      if (isStale(row[column]!)) row[column] = ABSENT
    this.#row = row
    return outcome
  }

  #read(text: string): Map<string, Found> {
    const found = new Map<string, Found>()
    const metadata = new Map<string, Metadata>()
    const cursor = createCursor(new TextEncoder().encode(text), 'text')
    for (let entry = cursor.next(); entry !== Entry.end; entry = cursor.next()) {
      if (entry === Entry.series) {
        const labels = cursor.labels()
        found.set(labels.key, { labels, value: cursor.value })
      } else if (entry === Entry.type || entry === Entry.help) {
        const name = cursor.metadataName()
        const before = metadata.get(name) ?? { type: 'unknown', help: '', unit: '' }
        metadata.set(name, { ...before, ...cursor.metadata() })
      }
    }
    for (const [name, one] of metadata) this.#appender.setMetadata(name, one)
    return found
  }

  /** Begins the group anew when most of its columns are of series that ended: pushes with a label that changes. */
  #renewColumns(): void {
    const live = [...this.#row.keys()].filter((column) => !isAbsent(this.#row[column]!))
    if (this.#group.columnCount <= 2 * live.length + SPARE_COLUMNS) return
    const kept = live.map((column) => ({
      labels: this.#group.labelsOf(column),
      value: this.#row[column]!,
    }))
    this.#group.release()
    this.#group = this.#appender.group(this.#key, 'push')
    this.#columns.clear()
    for (const { labels } of kept) this.#columnOf(labels)
    this.#row = new Float64Array(this.#group.columnCount).fill(ABSENT)
    for (const { labels, value } of kept) {
      const column = this.#columnOf(labels)
      if (column >= 0) this.#row[column] = value
    }
  }

  #columnOf(labels: Labels): number {
    let column = this.#columns.get(labels.key)
    if (column === undefined) {
      column = this.#group.column(labels)
      this.#columns.set(labels.key, column)
    }
    return column
  }
}
