// Upper bounds for histograms.

/** Seconds of an ordinary web service, as the reference's clients have them. */
export const DEFAULT_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/**
 * `count` bounds, each `width` above the one before: (5, 10, 3) is 5, 15, 25. They are added up as Go's client does,
 * so that the same arguments give the same `le`.
 * @throws RangeError when `count` is below 1
 */
export function linearBuckets(start: number, width: number, count: number): number[] {
  if (!(count >= 1)) throw new RangeError(`linear buckets: count is ${count}, must be at least 1`)
  const bounds: number[] = []
  for (let i = 0, bound = start; i < count; i++, bound += width) bounds.push(bound)
  return bounds
}

/**
 * `count` bounds, each `factor` times the one before: (1, 2, 3) is 1, 2, 4.
 * @throws RangeError when `count` is below 1, `start` not positive or `factor` not above 1
 */
export function exponentialBuckets(start: number, factor: number, count: number): number[] {
  if (!(count >= 1))
    throw new RangeError(`exponential buckets: count is ${count}, must be at least 1`)
  if (!(start > 0)) throw new RangeError(`exponential buckets: start is ${start}, must be positive`)
  if (!(factor > 1)) throw new RangeError(`exponential buckets: factor is ${factor}, must exceed 1`)
  const bounds: number[] = []
  for (let i = 0, bound = start; i < count; i++, bound *= factor) bounds.push(bound)
  return bounds
}

/**
 * `count` bounds from `min` to `max`, growing by one factor.
 * @throws RangeError when `count` is below 2 or not 0 < min < max
 */
export function exponentialBucketsRange(min: number, max: number, count: number): number[] {
  if (!(count >= 2))
    throw new RangeError(`exponential buckets: count is ${count}, must be at least 2`)
  if (!(min > 0 && max > min)) throw new RangeError(`exponential buckets: not 0 < ${min} < ${max}`)
  const factor = (max / min) ** (1 / (count - 1))
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? max : min * factor ** i))
}

/**
 * Bounds as a histogram uses them: ascending, without +Inf, which it has anyway.
 * @throws RangeError when they do not ascend
 */
export function checkedBuckets(bounds: readonly number[]): Float64Array {
  const finite = bounds.at(-1) === Infinity ? bounds.slice(0, -1) : bounds
  for (let i = 0; i < finite.length; i++) {
    if (Number.isNaN(finite[i]) || (i > 0 && !(finite[i]! > finite[i - 1]!))) {
      throw new RangeError(`histogram buckets must ascend, have ${finite.join(', ')}`)
    }
  }
  return Float64Array.from(finite)
}
