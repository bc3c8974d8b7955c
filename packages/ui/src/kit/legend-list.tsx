import type { ReactNode } from 'react'
import { formatValue, type Unit } from '../data/format.ts'
import { type Frame, statsOf } from '../data/frame.ts'
import { useSettings, useText } from '../services.tsx'
import { isolated } from '../viz/hidden-series.ts'
import { seriesColor } from '../viz/palette.ts'

/**
 * One line of colour keys with the last value of each series, for small charts. Series that are zero all the time
 * are left out, unless all are. A click shows one series alone.
 */
export function LegendList(props: {
  frame: Frame
  names: readonly string[]
  unit: Unit
  hidden: ReadonlySet<number>
  onHidden: (hidden: ReadonlySet<number>) => void
  onPoint: (index: number | undefined) => void
}): ReactNode {
  const { theme } = useSettings()
  const t = useText()
  const { frame, names, hidden } = props
  const rows = frame.series.map(({ values }, index) => ({ index, ...statsOf(values) }))
  const speaking = rows.filter(({ min, max }) => min !== 0 || max !== 0)
  return (
    <ul className="legend-list">
      {(speaking.length === 0 ? rows : speaking).map(({ index, last }) => (
        <li key={names[index]}>
          <button
            type="button"
            aria-pressed={!hidden.has(index)}
            title={t('chart.isolate', { name: names[index] ?? '' })}
            onClick={() => props.onHidden(isolated(hidden, index, rows.length))}
            onMouseEnter={() => props.onPoint(index)}
            onMouseLeave={() => props.onPoint(undefined)}
          >
            <i style={{ background: seriesColor(theme, index) }} />
            <span>{names[index]}</span>
            <b>{formatValue(last, props.unit)}</b>
          </button>
        </li>
      ))}
    </ul>
  )
}
