// Warnings and infos of a query. Equal texts are one annotation; the position is that of the last one, and
// is added when the query is done, all as the reference does it, because tools match on these lines.

import { formatShortest, formatSignificant, goQuote } from '@pharos/model'
import type { Pos } from '../ast.ts'

type Kind = 'warning' | 'info'

interface Entry {
  readonly kind: Kind
  readonly pos: Pos
  /** What stands between text and position, if anything. */
  readonly details: Monotonicity | undefined
  /** How often, where that is told. */
  readonly occurrences?: number
}

/** How far bucket counts had to be corrected, merged over steps and series. */
interface Monotonicity {
  fromMs: number
  toMs: number
  minBucket: number
  maxBucket: number
  maxDiff: number
  sampleCount: number
}

function nothingForced(): Monotonicity {
  return {
    fromMs: Infinity,
    toMs: -Infinity,
    minBucket: Infinity,
    maxBucket: -Infinity,
    maxDiff: -Infinity,
    sampleCount: 0,
  }
}

export class Annotations {
  /** What was noted last: it comes for nearly every step of a histogram that has it. */
  #forced: { metric: string; pos: Pos; details: Monotonicity } | undefined = undefined
  readonly #entries = new Map<string, Entry>()

  /** `text` without the leading `PromQL warning: `. */
  warn(text: string, pos: Pos): void {
    this.#entries.set(`PromQL warning: ${text}`, { kind: 'warning', pos, details: undefined })
  }

  info(text: string, pos: Pos): void {
    this.#entries.set(`PromQL info: ${text}`, { kind: 'info', pos, details: undefined })
  }

  /** A line that did not come from the evaluator, for example from storage. */
  foreign(text: string, kind: Kind): void {
    this.#entries.set(text, { kind, pos: { start: -1, end: -1 }, details: undefined })
  }

  /** Start times of a series overlap with samples before them. */
  overlappingStart(metric: string, pos: Pos): void {
    const text = `sample has start time that overlaps with previous sample timestamp for metric ${goQuote(metric)}`
    const key = `PromQL warning: ${text}`
    const occurrences = 1 + (this.#entries.get(key)?.occurrences ?? 0)
    this.#entries.set(key, { kind: 'warning', pos, details: undefined, occurrences })
  }

  /** Bucket counts fell where they must not; `timeMs` is the step. */
  forcedMonotonicity(
    metric: string,
    pos: Pos,
    timeMs: number,
    minBucket: number,
    maxBucket: number,
    maxDiff: number,
  ): void {
    let last = this.#forced
    if (last === undefined || last.metric !== metric || last.pos !== pos) {
      const key = `PromQL info: ${withMetric(FORCED_MONOTONICITY, metric)}`
      const details = this.#entries.get(key)?.details ?? nothingForced()
      this.#entries.set(key, { kind: 'info', pos, details })
      this.#forced = last = { metric, pos, details }
    }
    const { details } = last
    details.fromMs = Math.min(timeMs, details.fromMs)
    details.toMs = Math.max(timeMs, details.toMs)
    details.minBucket = Math.min(minBucket, details.minBucket)
    details.maxBucket = Math.max(maxBucket, details.maxBucket)
    details.maxDiff = Math.max(maxDiff, details.maxDiff)
    details.sampleCount++
  }

  /**
   * The finished lines of one kind, in order of first appearance.
   * @param query  the text positions count in; undefined: everything is on line 1
   * @param limit  more than that are summed up in one last line; 0: all
   */
  texts(kind: Kind, query: string | undefined, limit: number): string[] {
    const lines: string[] = []
    let omitted = 0
    for (const [text, entry] of this.#entries) {
      if (entry.kind !== kind) continue
      if (limit !== 0 && lines.length >= limit) omitted++
      else lines.push(text + detailText(entry) + positionText(entry.pos, query))
    }
    if (omitted > 0) lines.push(`${omitted} more ${kind} annotations omitted`)
    return lines
  }
}

const FORCED_MONOTONICITY =
  'input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)'

/** The reference names the metric only where it is known. */
export function withMetric(text: string, metric: string): string {
  return metric === '' ? text : `${text} for metric name ${goQuote(metric)}`
}

function detailText({ details, occurrences = 1 }: Entry): string {
  if (occurrences > 1) return ` (${occurrences} occurrences)`
  if (details === undefined) return ''
  const { minBucket, maxBucket, maxDiff, sampleCount, fromMs, toMs } = details
  return (
    `, from buckets ${formatShortest(minBucket)} to ${formatShortest(maxBucket)}, with a max diff of ${formatSignificant(maxDiff, 2)}` +
    `, over ${sampleCount} samples from ${utcSeconds(fromMs)} to ${utcSeconds(toMs)}`
  )
}

function utcSeconds(timeMs: number): string {
  return new Date(Math.trunc(timeMs / 1000) * 1000).toISOString().replace('.000', '')
}

/** ` (line:column)`, both from 1, the column in UTF-8 bytes. */
function positionText(pos: Pos, query: string | undefined): string {
  if (pos.start < 0) return ''
  if (query === undefined) return ` (1:${pos.start + 1})`
  const before = new TextEncoder().encode(query).subarray(0, pos.start)
  let line = 1
  let lastBreak = -1
  before.forEach((byte, i) => {
    if (byte === 10) {
      line++
      lastBreak = i
    }
  })
  return ` (${line}:${pos.start - lastBreak})`
}
