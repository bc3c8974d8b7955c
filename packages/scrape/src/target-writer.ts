// One body to one row. Known series go straight from their bytes to their column; what is new or has a time of its
// own waits until the whole body is read, because a body that fails at its end has stored nothing.

import type { ScrapeSettings } from '@pharos/config'
import type { ExpositionCursor } from '@pharos/exposition'
import { createCursor, Entry, parserFor } from '@pharos/exposition'
import { messageOf, UserError } from '@pharos/base'
import type { Exemplar, Labels, Metadata, NativeHistogram } from '@pharos/model'
import type { Appender, GroupAppender, PendingSeries } from '@pharos/tsdb'
import { AppendOutcome } from '@pharos/tsdb'
import type { BodyResult } from './body-result.ts'
import { finestSchema, limitedHistogram } from './histogram-limits.ts'
import { AHEAD_MS_MAX, CACHE_SLACK_LINES, ENDED_COLUMNS, SAMPLES_DEFAULT } from './limits.ts'
import { KnownBody } from './known-body.ts'
import type { SeriesBudget } from './quarantine.ts'
import { rulesKey, sampleLabels } from './sample-labels.ts'
import type { ScrapeStats } from './scrape-stats.ts'
import { Line, SeriesCache } from './series-cache.ts'
import { TargetRow } from './target-row.ts'
import { linesOf } from './template-lines.ts'
import { cursorOptions } from './writer-context.ts'
import type { ScrapeFeatures, WriterContext } from './writer-context.ts'
import { TimedSamples } from './timed-samples.ts'

/** A series that the budget refused is asked for again this often: room may have come. */
const REFUSED_AGAIN_SCRAPES = 20

const NOTHING = new Uint8Array(0)

const NO_BUDGET: SeriesBudget = { maxSeries: 0, maxNew: -1 }

/** What a scrape held and the store did not get, by reason. */
interface DroppedSamples {
  duplicates: number
  outOfOrder: number
  /** Too old, or too far ahead. */
  outOfBounds: number
  /** The whole row, or samples with times of their own: the store's disk failed or is full. */
  rows: number
}

export class TargetWriter {
  /** Of the running scrape; reset when the next one begins. */
  readonly dropped: DroppedSamples = { duplicates: 0, outOfOrder: 0, outOfBounds: 0, rows: 0 }
  readonly #appender: Appender
  readonly #key: Labels
  #group: GroupAppender
  readonly #labels: Labels
  readonly #stats: ScrapeStats
  readonly #features: ScrapeFeatures
  #cache = new SeriesCache()
  /** The lines were let go, because the template holds: half of what a target takes. */
  #hasNoLines = false
  readonly #known: KnownBody
  readonly #row: TargetRow
  readonly #metadata = new Map<string, Metadata>()
  #settings: ScrapeSettings
  #rules: string
  readonly #newEntries: number[] = []
  readonly #newSeries: PendingSeries[] = []
  readonly #newValues: number[] = []
  readonly #newHistograms: (NativeHistogram | undefined)[] = []
  /** 1 for a new series that came with times of its own. */
  readonly #newIsTimed: number[] = []
  readonly #timed = new TimedSamples()
  readonly #exemplarEntries: number[] = []
  readonly #exemplars: Exemplar[] = []
  /** Start times of this body's series: entry, ms, entry, ms, … */
  readonly #created: number[] = []
  /** Number of the running scrape, from 1; of the last good one. */
  #scrape = 0
  #lastGood = 0
  /** −Infinity before the first row, and after an end. */
  #lastRowMs = -Infinity
  // Of the running body.
  #scraped = 0
  #added = 0
  #seriesAdded = 0
  /** Counted against the sample limit. */
  #taken = 0
  #rowSamples = 0
  #sampleLimitHit = false
  /** Of the series just taken, for its exemplar; −1 when it was not taken. */
  #lastEntry = -1
  /** Of the current entry. */
  #histogram: NativeHistogram | undefined
  #budget = NO_BUDGET
  #offending = ''

  constructor(context: WriterContext, key: Labels, labels: Labels, settings: ScrapeSettings) {
    const { appender, stats, templates, features } = context
    this.#known = new KnownBody(templates)
    this.#appender = appender
    this.#features = features
    this.#key = key
    this.#group = appender.group(key, 'scrape')
    this.#labels = labels
    this.#settings = settings
    this.#rules = rulesKey(settings)
    this.#stats = stats
    this.#row = new TargetRow(this.#group, labels)
  }

  /** New settings from a reload; the known lines are kept unless what becomes of them has changed. */
  reconfigure(settings: ScrapeSettings): void {
    this.#linesBack()
    this.#settings = settings
    this.#known.forget()
    const rules = rulesKey(settings)
    if (rules === this.#rules) return
    this.#rules = rules
    this.#cache.clear()
  }

  /**
   * Reads a body into the row that the next `write` stores. After a failure the row holds stale markers only.
   * @param tMs  the scrape's timestamp
   * @param budget  what the quarantine allows; beyond it nothing of the body is stored
   */
  read(
    body: Uint8Array,
    contentType: string,
    tMs: number,
    budget: SeriesBudget = NO_BUDGET,
  ): BodyResult {
    const values = this.#known.values(body, contentType)
    if (values !== undefined) return this.#takeKnown(values)
    this.#begin()
    this.#budget = budget
    // An empty answer is a good scrape of nothing: no Content-Type is asked for.
    if (body.length === 0) return this.#bodyRead()
    const { format, warning } = parserFor(contentType, this.#settings.fallbackScrapeProtocol ?? '')
    if (format === undefined)
      return this.#failed('parse', warning ?? 'no parser for this Content-Type')
    try {
      const options = cursorOptions(this.#settings, this.#features)
      const cursor = createCursor(body, format, options)
      this.#cache.begin(cursor.body ?? body)
      // A template says where the numbers of a text stand, each of which is a sample.
      if (format === 'protobuf' || options.convertClassic === true) this.#known.refuse()
      const fault = this.#readEntries(cursor, format !== 'text', tMs)
      if (fault !== undefined)
        return this.#failed(fault.kind === 'limit' ? 'labelLimit' : 'parse', fault.message)
    } catch (error) {
      if (error instanceof UserError) return this.#failed('parse', messageOf(error))
      throw error
    }
    if (this.#sampleLimitHit) return this.#failed('sampleLimit', 'sample limit exceeded')
    const excess = this.#excess()
    if (excess !== '') return this.#failed('quarantine', excess)
    const result = this.#bodyRead()
    if (this.dropped.duplicates > 0) this.#known.refuse()
    this.#known.learn(body, contentType, this.#cache.column, result)
    return result
  }

  /** The scrape did not get as far as a body: its row holds stale markers only. */
  readNothing(): void {
    this.#begin()
    this.#failed('parse', '')
  }

  /**
   * Stores the row with the series about the scrape.
   * @param extra  timeout in seconds, sample limit, bytes of the body; none without extra_scrape_metrics
   */
  write(
    tMs: number,
    isUp: boolean,
    durationMs: number,
    body: BodyResult,
    extra: readonly number[] = [],
  ): void {
    // Whole nanoseconds: the noise of a clock in fractional ms would cost bytes in every sample.
    const seconds = Math.round(durationMs * 1e6) / 1e9
    const { scraped, added, seriesAdded } = body
    this.#row.report([isUp ? 1 : 0, seconds, scraped, added, seriesAdded, ...extra])
    this.#writeRow(tMs)
    const { dropped } = this
    this.#stats.duplicates += dropped.duplicates
    this.#stats.outOfOrder += dropped.outOfOrder
    this.#stats.outOfBounds += dropped.outOfBounds
    this.#stats.rowsLost += dropped.rows
  }

  /** Ends every series of the target. Does nothing when nothing was written since the last end. */
  end(tMs: number): void {
    if (this.#lastRowMs === -Infinity) return
    this.readNothing()
    this.#row.report([])
    this.#writeRow(Math.max(tMs, this.#lastRowMs + 1))
    this.#lastRowMs = -Infinity
  }

  release(): void {
    this.#known.forget()
    this.#group.release()
  }

  /** Every line feeds the column that it fed last time. */
  #takeKnown(values: Float64Array): BodyResult {
    this.#resetDropped()
    if (!this.#hasNoLines) {
      this.#hasNoLines = true
      this.#cache = new SeriesCache()
    }
    this.#rowSamples = this.#known.sampleCount
    this.#row.refill(values, this.#known.columns)
    return this.#known.result!
  }

  /** The lines of the last good body, from its template. */
  #linesBack(): void {
    if (!this.#hasNoLines) return
    this.#hasNoLines = false
    this.#cache = linesOf(this.#known, this.#settings, this.#features, this.#lastGood)
  }

  #begin(): void {
    this.#linesBack()
    this.#known.begin()
    this.#renewColumns()
    this.#scrape++
    this.#scraped = 0
    this.#added = 0
    this.#seriesAdded = 0
    this.#taken = 0
    this.#rowSamples = 0
    this.#sampleLimitHit = false
    this.#offending = ''
    this.#resetDropped()
    this.#forgetWaiting()
    this.#cache.begin(NOTHING)
    this.#row.begin()
  }

  #resetDropped(): void {
    this.dropped.duplicates = 0
    this.dropped.outOfOrder = 0
    this.dropped.outOfBounds = 0
    this.dropped.rows = 0
  }

  /**
   * Opens the group anew when most of its series have ended, so that the store may number its columns afresh: a target
   * with labels that are new at each scrape would fill memory otherwise. What lives goes on under its new number.
   */
  #renewColumns(): void {
    const { columnCount } = this.#group
    if (!isChurned(columnCount, this.#row.liveCount)) return
    const isKept = new Uint8Array(columnCount)
    this.#row.markColumns(isKept)
    this.#cache.markColumns(isKept, this.#lastGood)
    const kept: number[] = []
    for (let column = 0; column < columnCount; column++) if (isKept[column] === 1) kept.push(column)
    if (!isChurned(columnCount, kept.length)) return
    const labels = kept.map((column) => this.#group.labelsOf(column))
    this.#group.release()
    this.#group = this.#appender.group(this.#key, 'scrape')
    const columns = new Int32Array(columnCount).fill(Line.unknown)
    for (let i = 0; i < kept.length; i++) columns[kept[i]!] = this.#group.column(labels[i]!)
    this.#cache.renumber(columns)
    this.#row.renumber(this.#group, columns)
  }

  #readEntries(cursor: ExpositionCursor, hasExemplars: boolean, tMs: number): Fault | undefined {
    const { honorTimestamps } = this.#settings
    for (;;) {
      const entry = cursor.next()
      if (entry === Entry.series || entry === Entry.histogram) {
        this.#histogram = entry === Entry.histogram ? cursor.histogram?.() : undefined
        if (this.#histogram !== undefined) {
          const { nativeHistogramBucketLimit, nativeHistogramMinBucketFactor } = this.#settings
          this.#histogram = limitedHistogram(
            this.#histogram,
            nativeHistogramBucketLimit,
            finestSchema(nativeHistogramMinBucketFactor),
          )
          if (this.#histogram === undefined)
            return { kind: 'limit', message: 'histogram bucket limit exceeded' }
        }
        const wasOver = this.#isOver()
        const fault =
          honorTimestamps && cursor.hasTimestamp
            ? this.#takeTimed(cursor, tMs)
            : this.#takeSample(cursor)
        if (fault !== undefined) return fault
        if (!wasOver && this.#isOver()) this.#offending = cursor.labels().toMetric()
        if (hasExemplars) this.#takeExtras(cursor, tMs)
      } else if (entry === Entry.end) {
        return undefined
      } else if (entry === Entry.type || entry === Entry.help || entry === Entry.unit) {
        this.#takeMetadata(cursor)
      }
    }
  }

  #takeSample(cursor: ExpositionCursor): Fault | undefined {
    this.#scraped++
    const cache = this.#cache
    const entry = cache.find(cursor.seriesStart, cursor.seriesEnd)
    this.#lastEntry = entry
    if (entry < 0) return this.#takeNew(cursor, -1)
    this.#known.note(entry, cursor.seriesEnd)
    const column = cache.column[entry]!
    const seen = cache.seen[entry]!
    if (column < 0) {
      if (column === Line.dropped) return undefined
      const isAskedAgain = column !== Line.refused || this.#scrape % REFUSED_AGAIN_SCRAPES === 0
      if (seen !== this.#scrape && isAskedAgain) return this.#takeNew(cursor, entry)
    }
    this.#added++
    if (seen === this.#scrape) {
      this.dropped.duplicates++
      return undefined
    }
    cache.seen[entry] = this.#scrape
    if (seen !== this.#lastGood) this.#seriesAdded++
    this.#countTowardsLimit()
    if (column < 0) return undefined
    if (this.#put(column, cursor.value, this.#histogram)) this.#rowSamples++
    // Another text of the same series, such as its labels in another order.
    else this.dropped.duplicates++
    return undefined
  }

  /** A series not met before, or one whose scrape failed: its labels are worked out and wait for the end of the body. */
  #takeNew(cursor: ExpositionCursor, known: number): Fault | undefined {
    const labels = this.#labelsOf(cursor)
    const cache = this.#cache
    const entry = known >= 0 ? known : cache.add(cursor.seriesStart, cursor.seriesEnd, Line.unknown)
    if (known < 0) this.#known.note(entry, cursor.seriesEnd)
    if (labels === undefined) {
      cache.column[entry] = Line.dropped
      return undefined
    }
    if ('message' in labels) return labels
    cache.column[entry] = Line.pending - this.#newEntries.length
    cache.seen[entry] = this.#scrape
    this.#newEntries.push(entry)
    this.#newSeries.push(this.#group.pending(labels))
    this.#newValues.push(cursor.value)
    this.#newHistograms.push(this.#histogram)
    this.#newIsTimed.push(0)
    this.#lastEntry = entry
    this.#added++
    this.#countTowardsLimit()
    if (!this.#sampleLimitHit) this.#seriesAdded++
    return undefined
  }

  #labelsOf(cursor: ExpositionCursor): ReturnType<typeof sampleLabels> {
    const empty = this.#settings.honorLabels ? cursor.emptyLabels() : []
    return sampleLabels(cursor.labels(), this.#labels, this.#settings, empty)
  }

  /** A sample with its own time. It goes round the row, and gets no stale marker unless the job asks for it. */
  #takeTimed(cursor: ExpositionCursor, tMs: number): Fault | undefined {
    this.#scraped++
    this.#known.refuse()
    const cache = this.#cache
    let entry = cache.find(cursor.seriesStart, cursor.seriesEnd)
    this.#lastEntry = entry
    const column = entry < 0 ? Line.unknown : cache.column[entry]!
    if (column === Line.dropped) return undefined
    if (column === Line.unknown) {
      const added = this.#added
      const fault = this.#takeNew(cursor, entry)
      if (fault !== undefined || this.#added === added) return fault
      const index = this.#newEntries.length - 1
      entry = this.#newEntries[index]!
      this.#newIsTimed[index] = 1
    } else {
      this.#added++
      if (cache.seen[entry] !== this.#lastGood && cache.seen[entry] !== this.#scrape)
        this.#seriesAdded++
      cache.seen[entry] = this.#scrape
      this.#countTowardsLimit()
    }
    if (cursor.timestampMs > tMs + AHEAD_MS_MAX) this.dropped.outOfBounds++
    else this.#timed.push(entry, cursor.timestampMs, cursor.value, this.#histogram)
    return undefined
  }

  /** Exemplars and the start of the current series. */
  #takeExtras(cursor: ExpositionCursor, tMs: number): void {
    if (cursor.exemplars !== undefined)
      for (const exemplar of cursor.exemplars()) this.#takeExemplar(exemplar, tMs)
    else {
      const exemplar = cursor.exemplar()
      if (exemplar !== undefined) this.#takeExemplar(exemplar, tMs)
    }
    if (!this.#features.createdTimestamps || this.#lastEntry < 0) return
    const startMs = cursor.startTimestampMs()
    if (startMs !== undefined && startMs < tMs) this.#created.push(this.#lastEntry, startMs)
  }

  #takeExemplar(exemplar: Exemplar, tMs: number): void {
    this.#known.refuse()
    if (this.#lastEntry < 0) return
    this.#exemplarEntries.push(this.#lastEntry)
    this.#exemplars.push(
      exemplar.timestampMs === undefined ? { ...exemplar, timestampMs: tMs } : exemplar,
    )
  }

  #put(column: number, value: number, histogram: NativeHistogram | undefined): boolean {
    return histogram === undefined
      ? this.#row.put(column, value)
      : this.#row.putHistogram(column, histogram)
  }

  /** Whether the body holds more than a limit allows, so far. */
  #isOver(): boolean {
    if (this.#sampleLimitHit) return true
    const { maxSeries, maxNew } = this.#budget
    return (
      (maxSeries > 0 && this.#taken > maxSeries) ||
      (maxNew >= 0 && this.#newEntries.length > maxNew)
    )
  }

  /** Why the target has to go into quarantine; '' when it need not. */
  #excess(): string {
    const { maxSeries, maxNew } = this.#budget
    if (maxSeries > 0 && this.#taken > maxSeries)
      return `quarantine: ${this.#taken} series exceed max_series ${maxSeries}`
    if (maxNew >= 0 && this.#newEntries.length > maxNew)
      return `quarantine: ${this.#newEntries.length} new series exceed the ${maxNew} that max_churn leaves for now`
    return ''
  }

  /** What HELP, TYPE and UNIT of the target said, by metric name. */
  get metadata(): ReadonlyMap<string, Metadata> {
    return this.#metadata
  }

  #takeMetadata(cursor: ExpositionCursor): void {
    const cache = this.#cache
    let entry = cache.find(cursor.seriesStart, cursor.seriesEnd)
    if (entry < 0) entry = cache.add(cursor.seriesStart, cursor.seriesEnd, Line.metadata)
    const seen = cache.seen[entry]!
    cache.seen[entry] = this.#scrape
    if (seen === this.#scrape || (seen === this.#lastGood && seen !== 0)) return
    const metric = cursor.metadataName()
    const before = this.#metadata.get(metric) ?? { type: 'unknown', help: '', unit: '' }
    const metadata: Metadata = { ...before, ...cursor.metadata() }
    this.#metadata.set(metric, metadata)
    this.#appender.setMetadata(metric, metadata)
  }

  #countTowardsLimit(): void {
    const limit = this.#settings.sampleLimit
    if (++this.#taken > (limit === 0 ? SAMPLES_DEFAULT : limit)) this.#sampleLimitHit = true
  }

  #failed(failure: BodyResult['failure'], error: string): BodyResult {
    if (this.#cache.rollback(this.#lastGood, CACHE_SLACK_LINES)) this.#stats.cacheFlushes++
    this.#forgetWaiting()
    this.#rowSamples = 0
    this.#row.begin()
    this.#row.markStale()
    return this.#result(error, failure)
  }

  #result(error: string, failure: BodyResult['failure']): BodyResult {
    return {
      error,
      failure,
      scraped: this.#scraped,
      added: this.#added,
      seriesAdded: this.#seriesAdded,
      offending: this.#offending,
    }
  }

  #bodyRead(): BodyResult {
    this.#resolveNew()
    this.#appendStarts()
    this.#appendTimed()
    this.#appendExemplars()
    this.#forgetWaiting()
    this.#row.markStale()
    // An empty body is no news about the order of lines.
    if (this.#scraped > 0) {
      if (this.#cache.commit(CACHE_SLACK_LINES)) this.#stats.cacheFlushes++
      this.#lastGood = this.#scrape
    }
    return this.#result('', 'none')
  }

  /** Lists are kept, what is in them is not: a first body's label sets would stay in memory. */
  #forgetWaiting(): void {
    this.#newEntries.length = 0
    this.#newSeries.length = 0
    this.#newValues.length = 0
    this.#newHistograms.length = 0
    this.#created.length = 0
    this.#newIsTimed.length = 0
    this.#exemplarEntries.length = 0
    this.#exemplars.length = 0
    this.#timed.clear()
  }

  /** Gives the new series their columns, now that the body is known to be good. */
  #resolveNew(): void {
    for (let i = 0; i < this.#newEntries.length; i++) {
      const entry = this.#newEntries[i]!
      const column = this.#group.column(this.#newSeries[i]!)
      if (column < 0) {
        this.#cache.column[entry] = Line.refused
        this.#stats.seriesRefused++
        this.#seriesAdded--
        continue
      }
      this.#cache.column[entry] = column
      if (this.#newIsTimed[i] === 1) continue
      if (this.#put(column, this.#newValues[i]!, this.#newHistograms[i])) this.#rowSamples++
      else this.dropped.duplicates++
    }
  }

  /** A sample of 0 where a counter began. One that is older than what is stored is no news, so no outcome is counted. */
  #appendStarts(): void {
    const created = this.#created
    for (let i = 0; i < created.length; i += 2) {
      const column = this.#cache.column[created[i]!]!
      const isAhead = created[i + 1]! > this.#lastRowMs
      if (column >= 0 && isAhead) this.#group.appendSample(created[i + 1]!, column, 0)
    }
  }

  #appendTimed(): void {
    const timed = this.#timed
    for (let i = 0; i < timed.count; i++) {
      const column = this.#cache.column[timed.entry[i]!]!
      if (column < 0) continue
      const value = timed.histogram.get(i) ?? timed.value[i]!
      const outcome = this.#group.appendSample(timed.timeMs[i]!, column, value)
      this.#count(outcome, 1)
      if (outcome === AppendOutcome.ok && this.#settings.trackTimestampsStaleness) {
        this.#row.keepAlive(column)
      }
    }
  }

  #appendExemplars(): void {
    for (let i = 0; i < this.#exemplars.length; i++) {
      const column = this.#cache.column[this.#exemplarEntries[i]!]!
      if (column < 0) continue
      this.#group.appendExemplar(column, this.#exemplars[i]!)
      this.#stats.exemplars++
    }
  }

  #writeRow(tMs: number): void {
    const outcome = this.#row.write(tMs)
    this.#count(outcome, this.#rowSamples)
    if (outcome !== AppendOutcome.ok && outcome !== AppendOutcome.duplicateSame) return
    this.#lastRowMs = tMs
    this.#known.confirm()
  }

  #count(outcome: AppendOutcome, samples: number): void {
    const { dropped } = this
    switch (outcome) {
      case AppendOutcome.ok:
      case AppendOutcome.duplicateSame:
        this.#stats.samplesAppended += samples
        break
      case AppendOutcome.duplicateDiffers:
        dropped.duplicates += samples
        break
      case AppendOutcome.outOfOrder:
        dropped.outOfOrder += samples
        break
      case AppendOutcome.tooOld:
      case AppendOutcome.tooFarAhead:
        dropped.outOfBounds += samples
        break
      case AppendOutcome.readOnly:
        dropped.rows++
    }
  }
}

/** The store renews columns under the same conditions, so that the group is not opened anew for nothing. */
function isChurned(columnCount: number, liveCount: number): boolean {
  return columnCount - liveCount > Math.max(liveCount, ENDED_COLUMNS)
}

type Fault = { readonly kind: 'labels' | 'limit'; readonly message: string }
