// Quantiles of plain values. NaN sorts before everything, as in the reference.

/** Sorts in place: NaN first, then ascending. */
export function sortFloats(values: Float64Array): void {
  // TypedArray sort puts NaN last; they are few, so a rotation afterwards is cheap.
  values.sort()
  let nans = 0
  for (let i = values.length - 1; i >= 0 && values[i] !== values[i]; i--) nans++
  if (nans === 0 || nans === values.length) return
  values.copyWithin(nans, 0, values.length - nans)
  values.fill(NaN, 0, nans)
}

/**
 * Linear interpolation between the two nearest ranks.
 * @param q       < 0 gives −Inf, > 1 +Inf, NaN gives NaN
 * @param sorted  by `sortFloats`; empty gives NaN
 * @source Prometheus 3.14, promql/quantile.go quantile
 */
export function quantileOfSorted(q: number, sorted: Float64Array): number {
  const n = sorted.length
  if (n === 0 || q !== q) return NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  const rank = q * (n - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(n - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  return sorted[lower]! * (1 - weight) + sorted[upper]! * weight
}
