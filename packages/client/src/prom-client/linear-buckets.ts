/**
 * prom-client multiplies where Go's client adds up, which gives other last digits in `le`.
 * @throws RangeError when `count` is below 1
 */
export function linearBuckets(start: number, width: number, count: number): number[] {
  if (!(count >= 1)) throw new RangeError(`linear buckets: count is ${count}, must be at least 1`)
  return Array.from({ length: count }, (_, i) => start + i * width)
}
