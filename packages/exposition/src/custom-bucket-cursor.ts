// Classic histograms as native ones with custom buckets: the series of one histogram are gathered while they come, and
// one sample is handed on when something else follows.
//
//   x_bucket{le="1"} ─┐
//   x_bucket{le="+Inf"}├─► x{…} with bounds and counts, then whatever came next
//   x_sum, x_count   ─┘

import { CUSTOM_BUCKETS_SCHEMA, LabelsBuilder, METRIC_NAME } from '@pharos/model'
import type { Exemplar, Labels, Metadata, NativeHistogram, Span } from '@pharos/model'
import { Entry, type ExpositionCursor } from './cursor.ts'
import { HISTOGRAM_BUCKETS_MAX } from './limits.ts'

/** Empty buckets between others that cost less than a span of their own. */
const EMPTY_RUN_MAX = 2

const SUFFIXES = ['_bucket', '_sum', '_count'] as const
type Suffix = (typeof SUFFIXES)[number]

/** The histogram that is being gathered. */
interface Gathered {
  readonly key: string
  readonly emptyLabels: readonly string[]
  readonly labels: Labels
  start: number
  end: number
  readonly hasTimestamp: boolean
  readonly timestampMs: number
  readonly startTimestampMs: number | undefined
  readonly bounds: { readonly le: number; readonly count: number }[]
  readonly exemplars: Exemplar[]
  count: number | undefined
  sum: number
  isFaulty: boolean
}

/**
 * Wraps a cursor. Its classic histograms come out as `Entry.histogram` with `histogram()`; with `keepsClassic` their own
 * series come too, before it. What cannot be converted (counts that fall from bucket to bucket) is left out.
 * @source Prometheus 3.14 model/textparse/nhcbparse.go
 */
export class CustomBucketCursor implements ExpositionCursor {
  readonly #inner: ExpositionCursor
  readonly #keepsClassic: boolean
  #gathered: Gathered | undefined
  /** What is told now instead of the inner cursor's entry. */
  #told: { readonly from: Gathered; readonly histogram: NativeHistogram } | undefined
  /** Of the inner cursor, handed on with the next call. */
  #held: Entry | undefined
  /** The family that the last TYPE line made a histogram; '' when it made none. */
  #family = ''
  /** Labels of the last native histogram: its classic twin needs no conversion. */
  #nativeKey = ''

  constructor(inner: ExpositionCursor, keepsClassic: boolean) {
    this.#inner = inner
    this.#keepsClassic = keepsClassic
  }

  next(): Entry {
    this.#told = undefined
    let entry = this.#held ?? this.#inner.next()
    this.#held = undefined
    for (;;) {
      const suffix = entry === Entry.series ? this.#suffix() : undefined
      const key = suffix === undefined ? undefined : keyOf(this.#inner.labels())
      const gathered = this.#gathered
      if (gathered !== undefined && key !== gathered.key) {
        this.#gathered = undefined
        const histogram = converted(gathered)
        if (histogram !== undefined) {
          this.#held = entry
          this.#told = { from: gathered, histogram }
          return Entry.histogram
        }
      }
      if (suffix === undefined || key === undefined) {
        this.#note(entry)
        return entry
      }
      if (key !== this.#nativeKey) this.#gather(suffix, key)
      if (this.#keepsClassic) return entry
      entry = this.#inner.next()
    }
  }

  get body(): Uint8Array | undefined {
    return this.#inner.body
  }

  get seriesStart(): number {
    return this.#told?.from.start ?? this.#inner.seriesStart
  }

  get seriesEnd(): number {
    return this.#told?.from.end ?? this.#inner.seriesEnd
  }

  get value(): number {
    return this.#told === undefined ? this.#inner.value : 0
  }

  get hasTimestamp(): boolean {
    return this.#told?.from.hasTimestamp ?? this.#inner.hasTimestamp
  }

  get timestampMs(): number {
    return this.#told?.from.timestampMs ?? this.#inner.timestampMs
  }

  labels(): Labels {
    return this.#told?.from.labels ?? this.#inner.labels()
  }

  emptyLabels(): readonly string[] {
    return this.#told?.from.emptyLabels ?? this.#inner.emptyLabels()
  }

  exemplar(): Exemplar | undefined {
    return this.exemplars()[0]
  }

  exemplars(): readonly Exemplar[] {
    if (this.#told !== undefined) return this.#told.from.exemplars
    return exemplarsOf(this.#inner)
  }

  histogram(): NativeHistogram | undefined {
    return this.#told === undefined ? this.#inner.histogram?.() : this.#told.histogram
  }

  metadataName(): string {
    return this.#inner.metadataName()
  }

  metadata(): Partial<Metadata> {
    return this.#inner.metadata()
  }

  startTimestampMs(): number | undefined {
    return this.#told === undefined
      ? this.#inner.startTimestampMs()
      : this.#told.from.startTimestampMs
  }

  /** Which part of the family's histogram the current series is; undefined when it is none. */
  #suffix(): Suffix | undefined {
    const family = this.#family
    if (family === '') return undefined
    const name = this.#inner.labels().get(METRIC_NAME)
    if (!name.startsWith(family)) return undefined
    const suffix = SUFFIXES.find(
      (one) => name.length === family.length + one.length && name.endsWith(one),
    )
    return suffix === '_bucket' && !this.#inner.labels().has('le') ? undefined : suffix
  }

  #note(entry: Entry): void {
    const inner = this.#inner
    if (entry === Entry.type) {
      this.#family = inner.metadata().type === 'histogram' ? inner.metadataName() : ''
    } else if (entry === Entry.histogram) {
      this.#nativeKey = keyOf(inner.labels())
    }
  }

  #gather(suffix: Suffix, key: string): void {
    const inner = this.#inner
    const labels = inner.labels()
    const gathered = (this.#gathered ??= {
      key,
      labels: labelsOfFamily(labels, this.#family),
      emptyLabels: inner.emptyLabels(),
      start: inner.seriesStart,
      end: inner.seriesEnd,
      hasTimestamp: inner.hasTimestamp,
      timestampMs: inner.timestampMs,
      startTimestampMs: inner.startTimestampMs(),
      bounds: [],
      exemplars: [],
      count: undefined,
      sum: 0,
      isFaulty: false,
    })
    gathered.exemplars.push(...exemplarsOf(inner))
    if (suffix === '_count') gathered.count = inner.value
    else if (suffix === '_sum') gathered.sum = inner.value
    else {
      if (gathered.bounds.length === 0) {
        // The text of a bucket without its last byte is the text of no series, and so a name of its own.
        gathered.start = inner.seriesStart
        gathered.end = inner.seriesEnd - 1
      }
      const le = boundOf(labels.get('le'))
      if (Number.isNaN(le) || gathered.bounds.length >= HISTOGRAM_BUCKETS_MAX)
        gathered.isFaulty = true
      else gathered.bounds.push({ le, count: inner.value })
    }
  }
}

function exemplarsOf(cursor: ExpositionCursor): readonly Exemplar[] {
  if (cursor.exemplars !== undefined) return cursor.exemplars()
  const exemplar = cursor.exemplar()
  return exemplar === undefined ? [] : [exemplar]
}

/** One histogram's series have these in common: everything but name and bound. */
function keyOf(labels: Labels): string {
  return JSON.stringify([...labels].filter(([name]) => name !== METRIC_NAME && name !== 'le'))
}

function labelsOfFamily(labels: Labels, family: string): Labels {
  return new LabelsBuilder(labels).delete('le').set(METRIC_NAME, family).labels()
}

function boundOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : text === '' ? NaN : Number(text)
}

/** @returns undefined when counts fall from bucket to bucket, or above the total */
function converted(gathered: Gathered): NativeHistogram | undefined {
  if (gathered.isFaulty) return undefined
  const bounds = [...gathered.bounds].sort((a, b) => a.le - b.le)
  const last = bounds.at(-1)
  const hasInfinity = last?.le === Infinity
  const count = gathered.count ?? (hasInfinity ? last.count : undefined)
  if (count === undefined) return undefined
  if (!hasInfinity) bounds.push({ le: Infinity, count })
  const counts: number[] = []
  let below = 0
  for (const bound of bounds) {
    if (!(bound.count >= below)) return undefined
    counts.push(bound.count - below)
    below = bound.count
  }
  if (below !== count) return undefined
  return {
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count,
    sum: gathered.sum,
    ...compacted(counts),
    negativeSpans: [],
    negativeBuckets: [],
    customValues: bounds.slice(0, -1).map(({ le }) => le),
    counterResetHint: 'unknown',
  }
}

/** Leaves out empty buckets at both ends, and runs of them that are longer than a span is worth. */
function compacted(counts: readonly number[]): {
  positiveSpans: readonly Span[]
  positiveBuckets: readonly number[]
} {
  const spans: { offset: number; length: number }[] = []
  const buckets: number[] = []
  let behind = 0
  counts.forEach((count, i) => {
    if (count === 0) return
    const gap = i - behind
    const span = spans.at(-1)
    if (span !== undefined && gap <= EMPTY_RUN_MAX) {
      for (let k = 0; k < gap; k++) buckets.push(0)
      span.length += gap + 1
    } else spans.push({ offset: gap, length: 1 })
    buckets.push(count)
    behind = i + 1
  })
  return { positiveSpans: spans, positiveBuckets: buckets }
}
