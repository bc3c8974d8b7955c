import type { MouseEvent, ReactNode } from 'react'
import { useText } from '../services.tsx'

/** One series of a legend that is a table: its key, which shows it alone or hides it, and the cells behind. */
export function LegendRow(props: {
  name: string
  color: string
  isHidden: boolean
  onChoose: (event: MouseEvent) => void
  onPoint: (isOver: boolean) => void
  children: ReactNode
}): ReactNode {
  const { name, isHidden, onPoint } = props
  const t = useText()
  return (
    <tr
      className={isHidden ? 'is-hidden' : undefined}
      onMouseEnter={() => onPoint(true)}
      onMouseLeave={() => onPoint(false)}
    >
      {/* The label is the series' name, one level deeper than the rule looks. */}
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label */}
      <td>
        <button
          type="button"
          className="legend-key"
          aria-pressed={!isHidden}
          title={t('chart.isolate', { name })}
          onClick={props.onChoose}
        >
          <i style={{ background: props.color }} />
          <span>{name}</span>
        </button>
      </td>
      {props.children}
    </tr>
  )
}
