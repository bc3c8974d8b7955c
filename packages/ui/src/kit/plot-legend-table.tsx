// The legend of a panel as a table: a row for each series, a column for each calculation, sorted by any.
import { type MouseEvent, type ReactNode, useMemo, useState } from 'react'
import { useText } from '../services.tsx'
import type { LegendItem, LegendPlan } from '../viz/legend-items.ts'
import { LegendRow } from './legend-row.tsx'
import { ScrollRegion } from './scroll-region.tsx'
import { useCalcTitle } from './use-calc-title.ts'

export interface LegendTableProps {
  readonly plan: LegendPlan
  readonly hidden: ReadonlySet<number>
  readonly onChoose: (event: MouseEvent, place: number) => void
  readonly onPoint: (place: number | undefined) => void
  readonly limitPx: number
  readonly widthPx: number | undefined
}

export function LegendTable(props: LegendTableProps): ReactNode {
  const { plan, hidden, onPoint } = props
  const t = useText()
  const calcTitle = useCalcTitle()
  const [sort, setSort] = useState(plan.sort)
  const items = useMemo(() => sortedItems(plan.items, sort), [plan.items, sort])
  const next = (column: number): LegendPlan['sort'] => {
    if (sort?.column !== column) return { column, isDown: column >= 0 }
    return sort.isDown === column >= 0 ? { column, isDown: column < 0 } : undefined
  }
  const head = (column: number, title: string) => (
    <th
      key={column}
      scope="col"
      aria-sort={sort?.column === column ? (sort.isDown ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        title={t('chart.sortBy', { column: title })}
        onClick={() => setSort(next(column))}
      >
        {title}
      </button>
    </th>
  )
  return (
    <ScrollRegion
      className="legend-table is-panel"
      label={t('chart.legend')}
      style={{ maxHeight: props.limitPx, width: props.widthPx }}
    >
      <table>
        <thead>
          <tr>
            {head(-1, t('chart.name'))}
            {plan.calcs.map((calc, index) => head(index, calcTitle(calc)))}
          </tr>
        </thead>
        <tbody>
          {items.map(({ place, name, color, values }) => (
            <LegendRow
              key={place}
              name={name}
              color={color}
              isHidden={hidden.has(place)}
              onChoose={(event) => props.onChoose(event, place)}
              onPoint={(isOver) => onPoint(isOver ? place : undefined)}
            >
              {values.map((text, index) => (
                <td key={plan.calcs[index]}>{text}</td>
              ))}
            </LegendRow>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

/** Items in the order of one column; what has no number comes last. */
function sortedItems(
  items: readonly LegendItem[],
  sort: LegendPlan['sort'],
): readonly LegendItem[] {
  if (sort === undefined) return items
  const sign = sort.isDown ? -1 : 1
  return [...items].sort((a, b) => {
    if (sort.column < 0) return a.name.localeCompare(b.name, undefined, { numeric: true }) * sign
    const [x, y] = [a.numbers?.[sort.column] ?? NaN, b.numbers?.[sort.column] ?? NaN]
    if (x !== x || y !== y) return Number(x !== x) - Number(y !== y)
    return (x - y) * sign
  })
}
