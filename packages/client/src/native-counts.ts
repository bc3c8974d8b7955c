// One series of a native histogram, and what it does when its buckets become too many.
import type { Exemplar } from './exemplars.ts'
import { NativeExemplars } from './native-exemplars.ts'
import { MIN_SCHEMA, NativeLayout, schemaOf } from './native-layout.ts'
import { SparseBuckets, type Span, spansOf } from './sparse-buckets.ts'

/** The options of the Go client under the same names; durations in ms. */
export interface NativeHistogramOptions {
  /**
   * By how much a bucket may be wider than the one below, above 1; 1.1 is recommended. Without it there are no
   * native buckets, with it there are no classic ones unless `buckets` is given.
   */
  readonly nativeHistogramBucketFactor?: number
  /** Values up to this size are counted as zero. Default 2^-128; a negative number means exactly zero. */
  readonly nativeHistogramZeroThreshold?: number
  /** More filled buckets than this are reduced. Default 160, 0 for no limit. */
  readonly nativeHistogramMaxBucketNumber?: number
  /** How old a series must be to start again from nothing when it has too many buckets, ms. Default 0: never. */
  readonly nativeHistogramMinResetDuration?: number
  /** How far the zero bucket may be widened to save buckets. Default 0: not at all. */
  readonly nativeHistogramMaxZeroThreshold?: number
  /** Exemplars kept of a series. Default 10, negative for none. */
  readonly nativeHistogramMaxExemplars?: number
  /** From which age on an exemplar goes first, ms. Default 5 minutes, negative: always the oldest. */
  readonly nativeHistogramExemplarTTL?: number
}

const DEFAULT_ZERO_THRESHOLD = 2 ** -128
const DEFAULT_MAX_BUCKETS = 160
const DEFAULT_MAX_EXEMPLARS = 10
const DEFAULT_EXEMPLAR_TTL_MS = 300_000

/** What all series of a native histogram share. */
export interface NativeSettings {
  readonly layout: NativeLayout
  readonly zeroThreshold: number
  readonly maxBuckets: number
  readonly minResetMs: number
  readonly maxZeroThreshold: number
  readonly maxExemplars: number
  readonly exemplarTtlMs: number
  readonly now: () => number
}

/** Native buckets as they are exposed. */
export interface NativeSnapshot {
  readonly schema: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly negativeSpans: readonly Span[]
  readonly negativeDeltas: readonly number[]
  readonly positiveSpans: readonly Span[]
  readonly positiveDeltas: readonly number[]
  readonly exemplars: readonly Exemplar[]
}

/** Undefined when the options ask for no native buckets. */
export function nativeSettings(
  options: NativeHistogramOptions,
  now: () => number,
): NativeSettings | undefined {
  const factor = options.nativeHistogramBucketFactor ?? 1
  if (!(factor > 1)) return undefined
  const zeroThreshold = options.nativeHistogramZeroThreshold ?? 0
  return {
    layout: new NativeLayout(schemaOf(factor)),
    zeroThreshold: zeroThreshold === 0 ? DEFAULT_ZERO_THRESHOLD : Math.max(0, zeroThreshold),
    maxBuckets: options.nativeHistogramMaxBucketNumber ?? DEFAULT_MAX_BUCKETS,
    minResetMs: options.nativeHistogramMinResetDuration ?? 0,
    maxZeroThreshold: options.nativeHistogramMaxZeroThreshold ?? 0,
    maxExemplars: options.nativeHistogramMaxExemplars ?? DEFAULT_MAX_EXEMPLARS,
    exemplarTtlMs: options.nativeHistogramExemplarTTL ?? DEFAULT_EXEMPLAR_TTL_MS,
    now,
  }
}

export class NativeCounts {
  schema: number
  zeroThreshold: number
  zeroCount = 0
  readonly positive: SparseBuckets = new SparseBuckets()
  readonly negative: SparseBuckets = new SparseBuckets()
  readonly exemplars: NativeExemplars
  readonly #settings: NativeSettings
  /** When counting began, ms. */
  #sinceMs: number
  /** When a reduced resolution is to be given back, ms; Infinity while it was not reduced. */
  #resetAtMs = Infinity

  /** @param sinceMs  when the series was made */
  constructor(settings: NativeSettings, sinceMs: number) {
    this.#settings = settings
    this.schema = settings.layout.schema
    this.zeroThreshold = settings.zeroThreshold
    this.exemplars = new NativeExemplars(settings.maxExemplars, settings.exemplarTtlMs)
    this.#sinceMs = sinceMs
  }

  get sinceMs(): number {
    return this.#sinceMs
  }

  /** Whether it is time to give a reduced resolution back: then the series must start again from nothing. */
  get isDue(): boolean {
    return this.#resetAtMs !== Infinity && this.#settings.now() >= this.#resetAtMs
  }

  /** @returns true when there are now too many buckets, and `reduce` must be called */
  observe(value: number): boolean {
    if (value !== value) return false
    const size = value < 0 ? -value : value
    if (size <= this.zeroThreshold) {
      this.zeroCount++
    } else {
      const key = this.#settings.layout.keyOf(size, this.schema)
      ;(value > 0 ? this.positive : this.negative).add(key, 1)
    }
    return this.#isOver()
  }

  /**
   * Saves buckets: by starting again when the series is old enough, else by widening the zero bucket as far as
   * that is allowed, else by halving the resolution.
   * @returns true when the caller must call `startAgain` and repeat the observation
   * @source client_golang histogram.limitBuckets
   */
  reduce(): boolean {
    const { minResetMs, now } = this.#settings
    if (minResetMs > 0 && this.#resetAtMs === Infinity) {
      if (now() - this.#sinceMs >= minResetMs) return true
      this.#resetAtMs = this.#sinceMs + minResetMs
    }
    if (!this.#widenZero() && this.schema > MIN_SCHEMA) {
      this.schema--
      this.positive.halve()
      this.negative.halve()
    }
    return false
  }

  /** Back to nothing, at full resolution. Exemplars stay, they are not part of the counts. */
  startAgain(): void {
    this.schema = this.#settings.layout.schema
    this.zeroThreshold = this.#settings.zeroThreshold
    this.zeroCount = 0
    this.positive.clear()
    this.negative.clear()
    this.#sinceMs = this.#settings.now()
    this.#resetAtMs = Infinity
  }

  snapshot(): NativeSnapshot {
    const { positive, negative } = this
    return nativeSnapshot({
      schema: this.schema,
      zeroThreshold: this.zeroThreshold,
      zeroCount: this.zeroCount,
      positive: spansOf(positive.keys(), (key) => positive.count(key)),
      negative: spansOf(negative.keys(), (key) => negative.count(key)),
      exemplars: this.exemplars.all(),
    })
  }

  #isOver(): boolean {
    const { maxBuckets } = this.#settings
    return maxBuckets > 0 && this.positive.size + this.negative.size > maxBuckets
  }

  /** Takes the buckets nearest to zero into the zero bucket; false when that would make it too wide. */
  #widenZero(): boolean {
    const { maxZeroThreshold, layout } = this.#settings
    if (this.zeroThreshold >= maxZeroThreshold) return false
    const nearest = Math.min(
      this.positive.keys()[0] ?? Infinity,
      this.negative.keys()[0] ?? Infinity,
    )
    if (nearest === Infinity) return false
    const threshold = layout.upperBoundOf(nearest, this.schema)
    if (threshold > maxZeroThreshold) return false
    this.zeroThreshold = threshold
    this.zeroCount += this.positive.take(nearest) + this.negative.take(nearest)
    return true
  }
}

interface Side {
  readonly spans: readonly Span[]
  readonly deltas: readonly number[]
}

/** Puts both sides together; an empty histogram keeps a mark that tells it from a classic one. */
export function nativeSnapshot(parts: {
  readonly schema: number
  readonly zeroThreshold: number
  readonly zeroCount: number
  readonly positive: Side
  readonly negative: Side
  readonly exemplars: readonly Exemplar[]
}): NativeSnapshot {
  const { positive, negative, zeroThreshold, zeroCount } = parts
  const isBlank =
    zeroThreshold === 0 && zeroCount === 0 && positive.spans.length + negative.spans.length === 0
  return {
    schema: parts.schema,
    zeroThreshold,
    zeroCount,
    negativeSpans: negative.spans,
    negativeDeltas: negative.deltas,
    positiveSpans: isBlank ? [{ offset: 0, length: 0 }] : positive.spans,
    positiveDeltas: positive.deltas,
    exemplars: parts.exemplars,
  }
}
