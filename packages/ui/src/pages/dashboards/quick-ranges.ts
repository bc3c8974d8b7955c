import type { RawTimeRange } from '@pharos/dashboards'
import type { TextKey } from '../../text/dictionary.ts'

interface QuickRange extends RawTimeRange {
  readonly text: TextKey
  readonly span?: string
}

const LAST = [
  '5m',
  '15m',
  '30m',
  '1h',
  '3h',
  '6h',
  '12h',
  '24h',
  '2d',
  '7d',
  '30d',
  '90d',
  '6M',
  '1y',
]

/** Offered with one click. */
export const QUICK_RANGES: readonly QuickRange[] = [
  ...LAST.map((span): QuickRange => ({ text: 'range.last', span, from: `now-${span}`, to: 'now' })),
  { text: 'range.today', from: 'now/d', to: 'now/d' },
  { text: 'range.todaySoFar', from: 'now/d', to: 'now' },
  { text: 'range.yesterday', from: 'now-1d/d', to: 'now-1d/d' },
  { text: 'range.dayBeforeYesterday', from: 'now-2d/d', to: 'now-2d/d' },
  { text: 'range.thisWeek', from: 'now/w', to: 'now/w' },
  { text: 'range.weekSoFar', from: 'now/w', to: 'now' },
  { text: 'range.lastWeek', from: 'now-1w/w', to: 'now-1w/w' },
  { text: 'range.thisMonth', from: 'now/M', to: 'now/M' },
  { text: 'range.lastMonth', from: 'now-1M/M', to: 'now-1M/M' },
]

export function quickRange({ from, to }: RawTimeRange): QuickRange | undefined {
  return QUICK_RANGES.find((one) => one.from === from && one.to === to)
}
