// The parameter of topk, quantile, limit_ratio, …: one value a step, and what can be said about all of them.

import { formatShortest } from '@pharos/model'
import { maximum, minimum } from './arithmetic.ts'
import { executionError } from './errors.ts'

interface ParameterRange {
  /** NaN as soon as one value is. */
  readonly min: number
  readonly max: number
  readonly hasNaN: boolean
}

export function parameterRange(values: Float64Array): ParameterRange {
  let min = Number.MAX_VALUE
  let max = -Number.MAX_VALUE
  let hasNaN = false
  for (const value of values) {
    min = minimum(min, value)
    max = maximum(max, value)
    if (value !== value) hasNaN = true
  }
  if (values.length === 1) min = max = values[0]!
  return { min, max, hasNaN }
}

/**
 * Checks the k of topk, bottomk and limitk.
 * @returns false when no step selects anything
 * @throws UserError with the reference's words
 */
export function checkCount(values: Float64Array): boolean {
  const { min, max, hasNaN } = parameterRange(values)
  if (max < 1) return false
  if (hasNaN) throw executionError('Parameter value is NaN')
  if (min <= -(2 ** 63))
    throw executionError(`Scalar value ${formatShortest(min)} underflows int64`)
  if (max >= 9223372036854774784)
    throw executionError(`Scalar value ${formatShortest(max)} overflows int64`)
  return true
}
