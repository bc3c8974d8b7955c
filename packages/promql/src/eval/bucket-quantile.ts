// Quantiles and fractions of classic histograms: cumulative counts by upper bound.

/** Buckets of one histogram, ascending by bound; columns of which the first `count` places are used. */
export class Buckets {
  readonly bounds: Float64Array
  readonly counts: Float64Array
  count = 0

  constructor(capacity: number) {
    this.bounds = new Float64Array(capacity)
    this.counts = new Float64Array(capacity)
  }

  /** Appends a bucket whose bound is not below the last one; counts of equal bounds are added up. */
  push(bound: number, count: number): void {
    const last = this.count - 1
    if (last >= 0 && this.bounds[last] === bound) {
      this.counts[last]! += count
      return
    }
    this.bounds[this.count] = bound
    this.counts[this.count] = count
    this.count++
  }
}

/** What had to be done so that counts rise with their bounds. */
interface Monotonicity {
  /** Counts fell, by more than rounding explains. */
  forced: boolean
  /** Differences within rounding were evened out. */
  fixed: boolean
  minBucket: number
  maxBucket: number
  maxDiff: number
}

export function noMonotonicity(): Monotonicity {
  return { forced: false, fixed: false, minBucket: Infinity, maxBucket: -Infinity, maxDiff: 0 }
}

/** Relative difference between neighbouring counts that counts as rounding. */
const TOLERANCE = 1e-12

/**
 * The q-quantile, linear within a bucket; the highest finite bound when it lies in the +Inf bucket. NaN
 * without a +Inf bucket, without observations, or with fewer than two buckets. Changes the counts.
 * @param report  filled with what was corrected
 * @source Prometheus 3.14, promql/quantile.go; conformance promql/bucket-quantile.json
 */
export function bucketQuantile(q: number, buckets: Buckets, report: Monotonicity): number {
  if (q !== q) return NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  const { bounds, counts, count } = buckets
  if (bounds[count - 1] !== Infinity) return NaN
  ensureMonotonic(buckets, report)
  if (count < 2) return NaN
  const observations = counts[count - 1]!
  if (observations === 0) return NaN
  let rank = q * observations
  let b = 0
  // A NaN count is never found, and the search ends at the last bucket.
  while (b < count - 1 && !(counts[b]! >= rank)) b++
  if (b === count - 1) return bounds[count - 2]!
  if (b === 0 && bounds[0]! <= 0) return bounds[0]!
  let start = 0
  let inBucket = counts[b]!
  if (b > 0) {
    start = bounds[b - 1]!
    inBucket -= counts[b - 1]!
    rank -= counts[b - 1]!
  }
  return start + (bounds[b]! - start) * (rank / inBucket)
}

function ensureMonotonic({ bounds, counts, count }: Buckets, report: Monotonicity): void {
  let before = counts[0]!
  for (let i = 1; i < count; i++) {
    const now = counts[i]!
    if (now === before) continue
    if (isAlmostEqual(before, now)) {
      counts[i] = before
      report.fixed = true
    } else if (now < before) {
      counts[i] = before
      report.forced = true
      report.minBucket = Math.min(report.minBucket, bounds[i]!)
      report.maxBucket = Math.max(report.maxBucket, bounds[i]!)
      report.maxDiff = Math.max(report.maxDiff, before - now)
    } else before = now
  }
}

const SMALLEST_NORMAL = 2.2250738585072014e-308

/** NaN equals NaN; near zero the difference itself has to be tiny. */
function isAlmostEqual(a: number, b: number): boolean {
  if (a !== a && b !== b) return true
  if (a === b) return true
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < TOLERANCE * SMALLEST_NORMAL
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE
}

/**
 * The share of observations in (lower, upper], linear within buckets.
 * @source Prometheus 3.14, promql/quantile.go BucketFraction
 */
export function bucketFraction(lower: number, upper: number, buckets: Buckets): number {
  const { bounds, counts, count } = buckets
  if (bounds[count - 1] !== Infinity) return NaN
  const total = counts[count - 1]!
  if (total === 0 || lower !== lower || upper !== upper) return NaN
  if (lower >= upper) return 0
  return (rankOf(upper, buckets) - rankOf(lower, buckets)) / total
}

/** How many observations lie at or below `value`. */
function rankOf(value: number, { bounds, counts, count }: Buckets): number {
  const total = counts[count - 1]!
  let rank = 0
  for (let i = 0; i < count; i++) {
    const below = i > 0 ? bounds[i - 1]! : bounds[0]! <= 0 ? -Infinity : 0
    if (below >= value) return Math.min(rank, total)
    if (bounds[i]! > value) {
      // Nothing can be said within a bucket that has no lower bound: all of it counts.
      const within =
        below === -Infinity
          ? counts[i]!
          : rank + ((counts[i]! - rank) * (value - below)) / (bounds[i]! - below)
      return within > total ? total : within
    }
    rank = counts[i]!
  }
  return total
}
