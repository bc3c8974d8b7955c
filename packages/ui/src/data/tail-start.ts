// A range that moves with the clock is asked for once; after that only its tail.
import type { AnsweredSeries } from '@pharos/dashboards'

/** The newest points are asked for again: a rate at the edge changes when its last samples come in. */
const OVERLAP_STEPS = 3

export interface KnownRange {
  readonly query: string
  /** Seconds; start and end are multiples of the step. */
  readonly step: number
  readonly start: number
  readonly end: number
  readonly series: readonly AnsweredSeries[]
}

/** Where to ask from, given what is known; `start` itself when nothing of it is of use. */
export function tailStart(
  known: KnownRange | undefined,
  wanted: { query: string; step: number; start: number; end: number },
): number {
  if (known === undefined || known.query !== wanted.query || known.step !== wanted.step)
    return wanted.start
  // What lies before the known part was never asked for.
  if (known.start > wanted.start || known.end <= wanted.start || known.end > wanted.end)
    return wanted.start
  return Math.max(wanted.start, known.end - OVERLAP_STEPS * wanted.step)
}
