// When a target is scraped: on a grid of its interval, shifted by its hash. The grid hangs on absolute time, so it
// is the same after a restart, and several servers or targets never pull in step.

import { ALIGN_TOLERANCE_MS, FIRST_SCRAPE_SPREAD_MS } from './limits.ts'

/** First point of the grid after `afterMs`, ms since 1970. */
export function nextOnGrid(afterMs: number, intervalMs: number, offsetMs: number): number {
  return Math.floor((afterMs - offsetMs) / intervalMs) * intervalMs + intervalMs + offsetMs
}

/**
 * The timestamp of a scrape that starts at `nowMs`: the grid's when it is so near, because samples at equal distances
 * store best; timers come a millisecond late, or early by the clock's rounding.
 */
export function alignedTime(nowMs: number, intervalMs: number, offsetMs: number): number {
  const toleranceMs = Math.min(intervalMs / 100, ALIGN_TOLERANCE_MS)
  const nearest = Math.round((nowMs - offsetMs) / intervalMs) * intervalMs + offsetMs
  return Math.abs(nowMs - nearest) <= toleranceMs ? nearest : nowMs
}

/** Time from discovery to the first scrape, ms. */
export function firstDelay(
  nowMs: number,
  intervalMs: number,
  hash: number,
  isAtOnce: boolean,
): number {
  const onGrid = nextOnGrid(nowMs, intervalMs, hash % intervalMs) - nowMs
  return isAtOnce ? Math.min(onGrid, hash % Math.min(FIRST_SCRAPE_SPREAD_MS, intervalMs)) : onGrid
}

/**
 * Time of the scrape after one at `lastMs`, ms since 1970; `nowMs` when it is due. A tick that was missed because the last
 * scrape took so long is made up for once. Right after a first scrape a tick nearer than a tenth of the interval is left
 * out. When the wall clock was set back, the grid of the new time counts, or scraping would pause until it is caught up.
 */
export function followingTime(
  lastMs: number,
  nowMs: number,
  intervalMs: number,
  offsetMs: number,
): number {
  if (nowMs < lastMs - ALIGN_TOLERANCE_MS) return nextOnGrid(nowMs, intervalMs, offsetMs)
  const next = nextOnGrid(lastMs, intervalMs, offsetMs)
  return Math.max(nowMs, next - lastMs < intervalMs / 10 ? next + intervalMs : next)
}
