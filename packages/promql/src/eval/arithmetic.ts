// Arithmetic where JavaScript and Go disagree, and the operators of PromQL on two floats.

import { bug } from '@pharos/base'
import type { BinaryOp } from '../ast.ts'

/** Go's math.Pow: 1^anything is 1, (−1)^±Inf is 1. */
export function power(base: number, exponent: number): number {
  if (base === 1) return 1
  if (base === -1 && (exponent === Infinity || exponent === -Infinity)) return 1
  return base ** exponent
}

/** Go's math.Max: +Inf wins over NaN. */
export function maximum(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b)
}

/** Go's math.Min: −Inf wins over NaN. */
export function minimum(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b)
}

export type FloatOperator = (a: number, b: number) => number
export type FloatComparison = (a: number, b: number) => boolean

const ARITHMETIC: ReadonlyMap<BinaryOp, FloatOperator> = new Map<BinaryOp, FloatOperator>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
  ['^', power],
  ['atan2', Math.atan2],
])

const COMPARISONS: ReadonlyMap<BinaryOp, FloatComparison> = new Map<BinaryOp, FloatComparison>([
  ['==', (a, b) => a === b],
  ['!=', (a, b) => a !== b],
  ['<', (a, b) => a < b],
  ['<=', (a, b) => a <= b],
  ['>', (a, b) => a > b],
  ['>=', (a, b) => a >= b],
])

/** Undefined for comparisons, set operators and bucket trimming. */
export function arithmetic(op: BinaryOp): FloatOperator | undefined {
  return ARITHMETIC.get(op)
}

export function comparison(op: BinaryOp): FloatComparison | undefined {
  return COMPARISONS.get(op)
}

/** Two scalars; a comparison gives 0 or 1. */
export function scalarOperator(op: BinaryOp): FloatOperator {
  const compare = COMPARISONS.get(op)
  if (compare !== undefined) return (a, b) => (compare(a, b) ? 1 : 0)
  return ARITHMETIC.get(op) ?? bug(`operator ${op} between scalars`)
}

/** Operators after which a sample is not of its metric any more. */
export function changesMeaning(op: BinaryOp): boolean {
  return arithmetic(op) !== undefined
}
