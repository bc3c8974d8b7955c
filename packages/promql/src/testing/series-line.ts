// Series as test scripts write them, and the arithmetic that `{{…}}+{{…}}x3` wants.

import { UserError } from '@pharos/base'
import type { NativeHistogram } from '@pharos/model'
import { addHistograms, subtractHistograms } from '../eval/histogram/add.ts'
import {
  type HistogramArithmetic,
  parseSeriesDescription,
  type SequenceValue,
  type SeriesDescription,
} from '../series-description.ts'

export type SeriesLine = SeriesDescription

const ARITHMETIC: HistogramArithmetic = {
  add: (a, b) => compatible(addHistograms(a, b)),
  subtract: (a, b) => compatible(subtractHistograms(a, b)),
}

function compatible(sum: ReturnType<typeof addHistograms>): NativeHistogram {
  if (sum.notes === undefined) throw scriptError('histograms with different kinds of buckets')
  return sum.histogram
}

/** @throws UserError with what is wrong and where */
export function parseSeriesLine(line: string): SeriesLine {
  return parseSeriesDescription(line, ARITHMETIC)
}

/** What is stored or expected at one place of a sequence; undefined where there is nothing. */
export function storedValue(value: SequenceValue): number | NativeHistogram | undefined {
  return value.histogram ?? value.value
}

export function scriptError(message: string): UserError {
  return new UserError('promql/script', message)
}
