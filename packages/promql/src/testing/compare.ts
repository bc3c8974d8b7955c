// Compares what a query gave with what a script expects. The outcome is undefined, or what is wrong.

import { ABSENT, type Labels, type NativeHistogram } from '@pharos/model'
import { labelsText } from '../eval/labels-of.ts'
import { compacted, nonEmptyBuckets } from '../eval/histogram/compact.ts'
import type { MatrixSeries, QueryAnswer } from '../result.ts'
import type { EvalCommand, Expectation } from './script.ts'
import type { SequenceValue } from '../series-description.ts'
import { storedValue } from './series-line.ts'

const EPSILON = 1e-6
const SMALLEST_NORMAL = 2.2250738585072014e-308

/** Relative equality as the reference's scripts use it; NaN equals NaN. */
export function almostEqual(a: number, b: number): boolean {
  if (a !== a || b !== b) return a !== a && b !== b
  if (a === b) return true
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < EPSILON * SMALLEST_NORMAL
  return difference / Math.min(sum, Number.MAX_VALUE) < EPSILON
}

export function compareResult(command: EvalCommand, answer: QueryAnswer): string | undefined {
  const { result } = answer
  switch (result.type) {
    case 'string':
      return command.text === result.value ? undefined : `string ${result.value}`
    case 'scalar':
      if (command.scalar === undefined) return `scalar ${result.value}`
      return almostEqual(command.scalar, result.value)
        ? undefined
        : `scalar ${result.value}, expected ${command.scalar}`
    case 'vector':
      return compareVector(command, result.series)
    case 'matrix':
      return compareMatrix(command, result.series)
  }
}

interface Sample {
  readonly labels: Labels
  readonly value: number
  readonly histogram: NativeHistogram | undefined
}

export function compareVector(command: EvalCommand, actual: readonly Sample[]): string | undefined {
  if (command.scalar !== undefined) return 'vector instead of scalar'
  const expected = byLabels(command)
  const isOrdered = command.expectations.some((e) => e.kind === 'ordered')
  const seen = new Set<string>()
  for (const [i, sample] of actual.entries()) {
    const name = labelsText(sample.labels)
    const wanted = expected.get(sample.labels.key)
    if (wanted === undefined) return `unexpected ${name} ${valueText(sample)}`
    if (isOrdered && wanted.position !== i) return `${name} at position ${i}`
    if (!sameValue(wanted.values[0], sample))
      return `${name} is ${valueText(sample)}, expected ${expectedText(wanted.values[0])}`
    seen.add(sample.labels.key)
  }
  for (const [key, { name }] of expected) if (!seen.has(key)) return `missing ${name}`
  return undefined
}

function compareMatrix(command: EvalCommand, actual: readonly MatrixSeries[]): string | undefined {
  const expected = byLabels(command)
  const seen = new Set<string>()
  for (const series of actual) {
    const name = labelsText(series.labels)
    const wanted = expected.get(series.labels.key)
    if (wanted === undefined) return `unexpected ${name} ${pointsText(series)}`
    seen.add(series.labels.key)
    const mistake = comparePoints(command, wanted.values, series)
    if (mistake !== undefined) return `${name}: ${mistake}; has ${pointsText(series)}`
  }
  for (const [key, { name }] of expected) if (!seen.has(key)) return `missing ${name}`
  return undefined
}

function comparePoints(
  command: EvalCommand,
  values: readonly SequenceValue[],
  series: MatrixSeries,
): string | undefined {
  let at = 0
  for (const [i, value] of values.entries()) {
    if (storedValue(value) === undefined) continue
    const timeMs = command.startMs + i * command.stepMs
    if (series.times[at] !== timeMs) return `no point at ${timeMs}`
    const sample = {
      labels: series.labels,
      value: series.values[at]!,
      histogram: series.histograms?.[at],
    }
    if (!sameValue(value, sample))
      return `${valueText(sample)} at ${timeMs}, expected ${expectedText(value)}`
    at++
  }
  return at === series.times.length ? undefined : `${series.times.length - at} points too many`
}

interface Wanted {
  readonly name: string
  readonly position: number
  readonly values: readonly SequenceValue[]
}

function byLabels(command: EvalCommand): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>()
  for (const [position, { labels, values }] of command.series.entries())
    wanted.set(labels.key, { name: labelsText(labels), position, values })
  return wanted
}

function sameValue(wanted: SequenceValue | undefined, actual: Sample): boolean {
  const histogram = wanted?.histogram
  if (histogram !== undefined)
    return (
      actual.histogram !== undefined &&
      sameHistogram(histogram, actual.histogram, wanted!.hasResetHint)
    )
  return actual.histogram === undefined && almostEqual(wanted?.value ?? ABSENT, actual.value)
}

function sameHistogram(
  wanted: NativeHistogram,
  actual: NativeHistogram,
  hintIsSet: boolean,
): boolean {
  return (
    wanted.schema === actual.schema &&
    almostEqual(wanted.count, actual.count) &&
    almostEqual(wanted.sum, actual.sum) &&
    wanted.zeroThreshold === actual.zeroThreshold &&
    almostEqual(wanted.zeroCount, actual.zeroCount) &&
    wanted.customValues.length === actual.customValues.length &&
    wanted.customValues.every((bound, i) => bound === actual.customValues[i]) &&
    sameBuckets(nonEmptyBuckets(wanted, 'positive'), nonEmptyBuckets(actual, 'positive')) &&
    sameBuckets(nonEmptyBuckets(wanted, 'negative'), nonEmptyBuckets(actual, 'negative')) &&
    (!hintIsSet || wanted.counterResetHint === actual.counterResetHint)
  )
}

function sameBuckets(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  if (a.size !== b.size) return false
  for (const [index, count] of a) if (!almostEqual(count, b.get(index) ?? 0)) return false
  return true
}

function valueText(sample: Sample): string {
  return sample.histogram === undefined
    ? String(sample.value)
    : JSON.stringify(compacted(sample.histogram))
}

function expectedText(wanted: SequenceValue | undefined): string {
  const value = wanted && storedValue(wanted)
  if (value === undefined) return 'nothing'
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

function pointsText(series: MatrixSeries): string {
  return Array.from(series.values, (v, i) => `${v}@${series.times[i]}`).join(' ')
}

/** Every expected annotation must be there, and every one that is there expected. */
export function compareAnnotations(command: EvalCommand, answer: QueryAnswer): string | undefined {
  return compareKind(command, 'warn', answer.warnings) ?? compareKind(command, 'info', answer.infos)
}

function compareKind(
  command: EvalCommand,
  kind: 'warn' | 'info',
  lines: readonly string[],
): string | undefined {
  if (command.expectations.some((e) => e.kind === `no_${kind}`) && lines.length > 0)
    return `unexpected ${kind}: ${lines.join('; ')}`
  const expected = command.expectations.filter((e) => e.kind === kind)
  if (expected.length === 0) return undefined
  if (lines.length === 0) return `expected ${kind}, but there is none`
  const missing = expected.find((e) => !lines.some((line) => matches(e, line)))
  if (missing !== undefined)
    return `no ${kind} matches ${missing.message ?? missing.pattern}; there is ${lines.join('; ')}`
  const extra = lines.find((line) => !expected.some((e) => matches(e, line)))
  return extra === undefined ? undefined : `unexpected ${kind}: ${extra}`
}

export function matches(expectation: Expectation, text: string): boolean {
  if (expectation.message !== undefined) return expectation.message === text
  return expectation.pattern?.test(text) === true
}
